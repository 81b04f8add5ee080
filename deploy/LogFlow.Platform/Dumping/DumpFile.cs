using Microsoft.Win32.SafeHandles;

namespace LogFlow.Platform;

/// <summary>A file that is looked at while somebody else may write or delete it.</summary>
public sealed class DumpFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    /// <summary>Opens it for reading.</summary>
    public DumpFile(string path)
    {
        _handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Length = RandomAccess.GetLength(_handle);
    }

    /// <summary>Its length when it was opened.</summary>
    public long Length { get; }

    /// <summary>Reads up to <paramref name="count"/> bytes; fewer at the end.</summary>
    public byte[] Read(long position, long count)
    {
        var bytes = new byte[Math.Clamp(Math.Min(count, Length - position), 0, Array.MaxLength)];
        var filled = 0;
        while (filled < bytes.Length)
        {
            var read = RandomAccess.Read(_handle, bytes.AsSpan(filled), position + filled);
            if (read == 0)
            {
                return bytes[..filled];
            }

            filled += read;
        }

        return bytes;
    }

    /// <summary>
    /// Where the first byte stands that is not zero, at or behind a position; the length where there is none.
    /// </summary>
    public long FindNonZero(long position)
    {
        const int chunk = 1 << 20;
        for (; position < Length; position += chunk)
        {
            var at = Read(position, chunk).AsSpan().IndexOfAnyExcept((byte)0);
            if (at >= 0)
            {
                return position + at;
            }
        }

        return Length;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
