using System.Text;

namespace LogFlow.Benchmarks;

/// <summary>A log as logrotate leaves it: renamed to .1 when it is large, the one before that removed.</summary>
internal sealed class RotatedLog(string path, long sizeMax) : IDisposable
{
    private StreamWriter _writer = Open(path);

    public long LineCount { get; private set; }

    public void Write(string line)
    {
        _writer.Write(line);
        _writer.Write('\n');
        LineCount++;
    }

    public void Flush()
    {
        _writer.Flush();
        if (_writer.BaseStream.Length >= sizeMax)
        {
            _writer.Dispose();
            File.Move(path, path + ".1", overwrite: true);
            _writer = Open(path);
        }
    }

    public void Dispose() => _writer.Dispose();

    private static StreamWriter Open(string path) =>
        new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete), Encoding.ASCII);
}
