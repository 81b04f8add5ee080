using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace LogFlow.Agent;

/// <summary>
/// <c>container</c>: lines as Docker's json-file and the container runtime interface (CRI) write them. Pieces of a long
/// line are joined, each stream for itself.
/// </summary>
internal sealed class ContainerStage(ContainerConfig config, int lengthMax) : ParserStage
{
    private const string Stdout = "stdout";
    private const string Stderr = "stderr";

    private readonly string? _wanted = config.Stream switch
    {
        ContainerStream.Stdout => Stdout,
        ContainerStream.Stderr => Stderr,
        _ => null,
    };

    private AssembledMessage? _stdout;
    private AssembledMessage? _stderr;

    /// <inheritdoc/>
    public override long PendingStart =>
        Math.Min(_stdout?.Start ?? long.MaxValue, _stderr?.Start ?? long.MaxValue);

    /// <inheritdoc/>
    public override void Feed(AssembledMessage message)
    {
        var isDocker = config.Format switch
        {
            ContainerFormat.Docker => true,
            ContainerFormat.Cri => false,
            _ => message.Text.StartsWith("{"u8),
        };
        var problem = isDocker ? ParseDocker(message, out var isPartial) : ParseCri(message, out isPartial);
        if (problem is not null)
        {
            // It goes on as it is, rather than not at all.
            message.Error = problem;
            Next(message);
        }
        else if (_wanted is not null && message.Stream != _wanted)
        {
            Release(message);
        }
        else
        {
            Join(message, isPartial);
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // The older one first.
        if (_stdout is not null && _stderr is not null && _stderr.Start < _stdout.Start)
        {
            Flush(ref _stderr);
        }

        Flush(ref _stdout);
        Flush(ref _stderr);
    }

    /// <inheritdoc/>
    public override void Clear()
    {
        Clear(ref _stdout);
        Clear(ref _stderr);
    }

    private void Join(AssembledMessage message, bool isPartial)
    {
        ref var pending = ref message.Stream == Stderr ? ref _stderr : ref _stdout;
        if (pending is null)
        {
            pending = message;
        }
        else
        {
            pending.End = message.End;
            pending.IsTruncated |= message.IsTruncated;
            pending.AppendBounded(message.Text, lengthMax);
            Release(message);
        }

        if (!isPartial)
        {
            Flush(ref pending);
        }
    }

    private void Flush(ref AssembledMessage? pending)
    {
        if (pending is { } message)
        {
            pending = null;
            Next(message);
        }
    }

    private void Clear(ref AssembledMessage? pending)
    {
        if (pending is { } message)
        {
            pending = null;
            Release(message);
        }
    }

    /// <summary><c>2026-11-30T10:00:00.123456789+01:00 stdout F text</c>.</summary>
    private static string? ParseCri(AssembledMessage message, out bool isPartial)
    {
        isPartial = false;
        var text = message.Text;
        var time = text.IndexOf((byte)' ');
        if (time < 0 || !TryTime(text[..time], out var timestamp))
        {
            return "not a line of a container runtime: it does not begin with a time";
        }

        var rest = text[(time + 1)..];
        var stream = rest.StartsWith("stdout "u8) ? Stdout : rest.StartsWith("stderr "u8) ? Stderr : null;
        if (stream is null)
        {
            return "not a line of a container runtime: neither stdout nor stderr follows the time";
        }

        rest = rest[(Stdout.Length + 1)..];
        var end = rest.IndexOf((byte)' ');
        var tags = end < 0 ? rest : rest[..end];

        // Very old runtimes wrote no tags: then the text follows at once, and its first word is no tag.
        if (tags.SequenceEqual("P"u8) || tags.SequenceEqual("F"u8) || tags.StartsWith("P:"u8)
            || tags.StartsWith("F:"u8))
        {
            isPartial = tags[0] == (byte)'P';
            rest = end < 0 ? [] : rest[(end + 1)..];
        }

        message.Timestamp = timestamp;
        message.Stream = stream;
        message.Replace(rest);
        return null;
    }

    /// <summary><c>{"log":"text\n","stream":"stdout","time":"…"}</c>.</summary>
    private static string? ParseDocker(AssembledMessage message, out bool isPartial)
    {
        isPartial = false;
        string? log = null;
        string? stream = null;
        string? time = null;
        try
        {
            var reader = new Utf8JsonReader(message.Text);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isLog, isStream, isTime) =
                    (reader.ValueTextEquals("log"u8), reader.ValueTextEquals("stream"u8),
                        reader.ValueTextEquals("time"u8));
                reader.Read();
                if (reader.TokenType != JsonTokenType.String || !(isLog || isStream || isTime))
                {
                    reader.Skip();
                    continue;
                }

                var value = reader.GetString();
                (log, stream, time) = (isLog ? value : log, isStream ? value : stream, isTime ? value : time);
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return $"not a line of Docker's json-file: {error.Message}";
        }

        if (log is null)
        {
            return "not a line of Docker's json-file: it has no text 'log'";
        }

        isPartial = !log.EndsWith('\n');
        var text = log.AsSpan().TrimEnd("\n");
        message.Replace(Encoding.UTF8.GetBytes(text.EndsWith("\r") ? text[..^1].ToString() : text.ToString()));
        message.Stream = stream == Stderr ? Stderr : stream is null ? null : Stdout;
        message.Timestamp = time is not null && AgentEvent.TryParseTime(time, out var parsed) ? parsed : null;
        return null;
    }

    private static bool TryTime(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        // Nanoseconds are more digits than .NET's own reader of bytes takes.
        time = default;
        return text.Length is >= 20 and <= 40
            && text[0] is >= (byte)'0' and <= (byte)'9'
            && (Utf8Parser.TryParse(text, out time, out var read, 'O') && read == text.Length
                || AgentEvent.TryParseTime(Encoding.ASCII.GetString(text), out time));
    }
}
