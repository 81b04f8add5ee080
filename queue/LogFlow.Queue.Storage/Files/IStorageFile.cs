namespace LogFlow.Queue.Storage;

/// <summary>
/// An open file of an <see cref="IFileSystem"/>. Reads may run beside anything; the rest is the writer's.
/// </summary>
public interface IStorageFile : IDisposable
{
    /// <summary>Size in bytes, reserved space included.</summary>
    long Length { get; }

    /// <summary>
    /// The open file once more, with a life of its own: it can be read after this one was closed, and after the file
    /// was deleted. The caller disposes it.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    IStorageFile Share();

    /// <summary>Reads up to the end of the file or the buffer; returns the bytes read.</summary>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    int Read(Span<byte> buffer, long position);

    /// <summary>Writes all bytes.</summary>
    void Write(ReadOnlySpan<byte> bytes, long position);

    /// <summary>Writes all buffers, one after the other.</summary>
    void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long position);

    /// <summary>Returns when all that was written, and the size, would survive a power cut.</summary>
    void SyncData();

    /// <summary>Cuts or extends; new bytes are zero.</summary>
    void SetLength(long length);

    /// <summary>
    /// Makes sure that <paramref name="length"/> bytes from the start have space on the disk; new bytes are zero.
    /// </summary>
    /// <exception cref="IOException">No space (see <see cref="DiskFull.Is"/>), or another error.</exception>
    void Reserve(long length);
}
