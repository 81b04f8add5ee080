using System.Buffers;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary><c>stdin</c>: lines of standard input, read no further while the spool has no room.</summary>
internal sealed partial class StandardInputReceiver : IReceiver
{
    private const int BufferSize = 64 << 10;

    private readonly ReceiveContext _context;
    private readonly Stream _input;
    private readonly LineEncoding _encoding;
    private readonly LineTerminator _terminator;

    /// <summary>Makes one, by the input's keys as they are now.</summary>
    public StandardInputReceiver(ReceiveContext context, Stream input)
    {
        _context = context;
        _input = input;
        _encoding = LineEncoding.Find(context.Config.Encoding)!;
        _terminator = context.Config.LineTerminator;
    }

    /// <inheritdoc/>
    public void Open()
    {
        // It is open.
    }

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken stopping)
    {
        var lines = new SpoolLines(_context.Time);
        var buffer = new byte[BufferSize];
        var encoding = _encoding;
        var framer = new LineFramer(_terminator, encoding);
        var kept = new ArrayBufferWriter<byte>();
        var (position, isCut, isFirst) = (0L, false, true);
        while (true)
        {
            var read = await _input.ReadAsync(buffer, stopping).AsTask().WaitAsync(stopping);
            if (isFirst && encoding.MarkDecides && read > 0)
            {
                encoding = encoding.Resolve(buffer.AsSpan(0, read));
                framer = new LineFramer(_terminator, encoding);
            }

            kept.Write(buffer.AsSpan(0, read));
            var done = 0;
            while (framer.FindEnd(kept.WrittenSpan[done..], position + done, out var length) is > 0 and var end)
            {
                Add(lines, kept.WrittenSpan.Slice(done, length), encoding, isFirst, isCut);
                (isFirst, isCut) = (false, false);
                done += end;
            }

            var rest = kept.WrittenSpan[done..];
            if (read == 0 || rest.Length >= _context.LengthMax)
            {
                // The last line may have no end; one over the limit is cut, and goes on as another.
                rest = read == 0 ? rest : rest[..^(rest.Length % encoding.UnitSize)];
                Add(lines, rest, encoding, isFirst, isCut || read > 0);
                (isFirst, isCut) = (false, read > 0);
                done += rest.Length;
            }

            position += done;
            var left = kept.WrittenSpan[done..].ToArray();
            kept.ResetWrittenCount();
            kept.Write(left);
            await _context.AppendAsync(lines, stopping);
            if (read == 0)
            {
                Log.Ended(_context.Logger, _context.InputId);
                return;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _input.DisposeAsync();

    private static void Add(
        SpoolLines lines, ReadOnlySpan<byte> line, LineEncoding encoding, bool isFirst, bool isTruncated)
    {
        line = isFirst ? line[encoding.MarkLength(line)..] : line;
        if (encoding.IsUtf8 || line.IsEmpty)
        {
            lines.Add(line, isTruncated);
            return;
        }

        var converted = new byte[encoding.Utf8LengthMax(line.Length)];
        lines.Add(converted.AsSpan(0, encoding.ToUtf8(line, converted)), isTruncated);
    }

    private static partial class Log
    {
        [LoggerMessage(4618, LogLevel.Information, "Input {Input}: standard input has ended")]
        public static partial void Ended(ILogger logger, string input);
    }
}
