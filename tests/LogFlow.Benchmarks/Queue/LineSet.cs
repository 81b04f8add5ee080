using System.Text;
using LogFlow.Testing;

namespace LogFlow.Benchmarks;

/// <summary>Access-log lines of exactly 200 bytes, in one array, used round and round.</summary>
internal sealed class LineSet
{
    public const int LineSize = 200;
    private const int LineCount = 50_000;
    private const int Seed = 20261121;

    private readonly byte[] _lines = new byte[LineCount * LineSize];

    public LineSet()
    {
        var generator = new AccessLogGenerator(Seed);
        var position = 0;
        for (var number = 0; position < _lines.Length; number++)
        {
            var line = Encoding.ASCII.GetBytes(generator.Next(number));
            var target = _lines.AsSpan(position, LineSize);
            target.Fill((byte)'-');
            line.AsSpan(0, Math.Min(LineSize, line.Length)).CopyTo(target);
            position += LineSize;
        }
    }

    /// <summary>A line by number, without an end.</summary>
    public ReadOnlySpan<byte> this[long number] =>
        _lines.AsSpan((int)(number % LineCount) * LineSize, LineSize);

    /// <summary>Writes a file for programs that read lines.</summary>
    public void WriteFile(string path, long count)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 20);
        for (long number = 0; number < count; number++)
        {
            file.Write(this[number]);
            file.WriteByte((byte)'\n');
        }
    }
}
