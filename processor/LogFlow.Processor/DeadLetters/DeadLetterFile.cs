using LogFlow.Kafka.Client;
using LogFlow.Platform;

namespace LogFlow.Processor;

/// <summary>
/// Where dead letters are kept that the queue does not take, in <c>path.data/dead_letters</c>: <c>waiting.jsonl</c>,
/// one line a letter, and <c>whole/SHA256</c>, the whole value of each letter that was cut. What is written is synced
/// before the call returns. A full disk is the caller's to repeat: nothing is thrown away for room.
/// </summary>
internal sealed class DeadLetterFile(string folder)
{
    private readonly string _waiting = Path.Combine(folder, "waiting.jsonl");

    /// <summary>Guards the file and the fields below.</summary>
    private readonly Lock _lock = new();

    private long _count = -1;
    private long _readFrom;

    public string Folder => folder;

    /// <summary>Letters that wait; those of an earlier run included.</summary>
    public long Count
    {
        get
        {
            lock (_lock)
            {
                return _count >= 0 ? _count : _count = CountLines();
            }
        }
    }

    /// <summary>Adds letters behind those that wait.</summary>
    /// <exception cref="IOException">The disk does not take them; none of them counts as written.</exception>
    public void Append(IReadOnlyList<ProducerRecord> letters)
    {
        lock (_lock)
        {
            var known = Count;
            var isNew = !File.Exists(_waiting);
            PrivateFiles.CreateDirectory(folder);
            using var stream = new FileStream(_waiting, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            var end = EndOfLastLine(stream);
            stream.SetLength(end);
            stream.Position = end;
            try
            {
                foreach (var letter in letters)
                {
                    DeadLetterLine.Write(stream, letter);
                }

                stream.Flush();
                DurableFile.SyncData(stream.SafeFileHandle);
            }
            catch (IOException)
            {
                // Half of them would be there twice when they are written again.
                stream.SetLength(end);
                throw;
            }

            if (isNew)
            {
                DurableFile.SyncDirectory(folder);
            }

            _count = known + letters.Count;
        }
    }

    /// <summary>The next letters that wait, at most so many bytes but at least one; they stay until
    /// <see cref="Remove"/>.</summary>
    public List<ProducerRecord> Peek(int bytesMax)
    {
        lock (_lock)
        {
            var letters = new List<ProducerRecord>();
            if (!File.Exists(_waiting))
            {
                return letters;
            }

            using var stream = new FileStream(_waiting, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            stream.Position = _readFrom;
            _readTo = _readFrom;
            while (_readTo - _readFrom < bytesMax && DeadLetterLine.TryRead(stream, out var letter, out var length))
            {
                letters.Add(letter);
                _readTo += length;
            }

            return letters;
        }
    }

    /// <summary>Those of the last <see cref="Peek"/> are in the queue.</summary>
    public void Remove(int count)
    {
        lock (_lock)
        {
            _count = Math.Max(0, Count - count);
            _readFrom = _readTo;
            if (_readFrom >= new FileInfo(_waiting).Length)
            {
                File.Delete(_waiting);
                DurableFile.SyncDirectory(folder);
                _readFrom = _readTo = _count = 0;
            }
        }
    }

    /// <summary>Keeps the whole value of a letter that is cut; returns its path. The same value is kept once.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public string KeepWhole(string sha256, ReadOnlySpan<byte> value)
    {
        var whole = Path.Combine(folder, "whole");
        PrivateFiles.CreateDirectory(whole);
        var path = Path.Combine(whole, sha256);
        if (!File.Exists(path))
        {
            DurableFile.Replace(path, value);
        }

        return path;
    }

    private long _readTo;

    private long CountLines()
    {
        if (!File.Exists(_waiting))
        {
            return 0;
        }

        long lines = 0;
        var buffer = new byte[64 * 1024];
        using var stream = new FileStream(_waiting, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        for (var read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
        {
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
        }

        return lines;
    }

    /// <summary>A crash may have left half a line; it was not acknowledged.</summary>
    private static long EndOfLastLine(FileStream stream)
    {
        var end = stream.Length;
        while (end > 0)
        {
            stream.Position = end - 1;
            if (stream.ReadByte() == '\n')
            {
                break;
            }

            end--;
        }

        return end;
    }
}
