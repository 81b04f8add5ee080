using System.Buffers.Binary;
using System.IO.Compression;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// A log that rotation has compressed with gzip. It is read in order; going back begins anew. It counts as there only
/// when it is whole: its last four bytes are the length of its content, so one that is still being written is told from
/// one that is done.
/// </summary>
internal sealed class GzipLogFile(ILogFile file) : ILogFile
{
    private const int TrailerLength = 8;
    private readonly byte[] _skipped = new byte[32 * 1024];
    private GZipStream? _content;
    private long _position;
    private long _length = -1;

    public bool IsCompressed => true;

    /// <summary>A file as it is, or its content where it begins as gzip does.</summary>
    public static ILogFile Unwrap(ILogFile file)
    {
        Span<byte> magic = stackalloc byte[3];
        try
        {
            return ContentMark.ReadFully(file, magic, 0) == magic.Length && magic is [0x1F, 0x8B, 8]
                ? new GzipLogFile(file)
                : file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public FileStatus GetStatus() => file.GetStatus();

    public long GetLength()
    {
        if (_length < 0)
        {
            _length = Measure();
        }

        return _length;
    }

    public int Read(Span<byte> buffer, long position)
    {
        if (position >= GetLength())
        {
            return 0;
        }

        try
        {
            if (_content is null || position < _position)
            {
                Restart();
            }

            while (_position < position)
            {
                var skip = _skipped.AsSpan(0, (int)Math.Min(_skipped.Length, position - _position));
                if (ReadNext(skip) == 0)
                {
                    return 0;
                }
            }

            return ReadNext(buffer);
        }
        catch (InvalidDataException error)
        {
            throw Broken(error);
        }
    }

    public bool MayHaveWriters() => file.MayHaveWriters();

    public void Dispose()
    {
        _content?.Dispose();
        file.Dispose();
    }

    private void Restart()
    {
        _content?.Dispose();
        _content = new GZipStream(new LogFileStream(file), CompressionMode.Decompress);
        _position = 0;
    }

    private int ReadNext(Span<byte> buffer)
    {
        var read = _content!.Read(buffer);
        _position += read;
        return read;
    }

    private long Measure()
    {
        try
        {
            Restart();
            while (ReadNext(_skipped) > 0)
            {
                // Only counted.
            }
        }
        catch (InvalidDataException error)
        {
            throw Broken(error);
        }

        Span<byte> trailer = stackalloc byte[4];
        var end = file.GetLength();
        var isWhole = end >= TrailerLength
            && ContentMark.ReadFully(file, trailer, end - trailer.Length) == trailer.Length
            && BinaryPrimitives.ReadUInt32LittleEndian(trailer) == unchecked((uint)_position);
        return isWhole ? _position : throw Broken(null);
    }

    private static IOException Broken(Exception? cause) => new(
        "it is compressed with gzip and not whole: still being written, or damaged", cause);
}
