namespace LogFlow.Store;

/// <summary>
/// The writes whose order decides what survives a crash; tests put a model of a disk in its place. Reads go straight
/// to the operating system.
/// </summary>
internal interface IStoreFileSystem
{
    void CreateDirectory(string path);

    /// <summary>Makes the directory's entries durable.</summary>
    void SyncDirectory(string path);

    /// <summary>A new file, or an old one emptied, to append to.</summary>
    IStoreFile Create(string path);

    void Rename(string from, string to);

    void Delete(string path);

    void DeleteDirectory(string path);

    /// <summary>Bytes free on the disk of the folder.</summary>
    long GetFreeBytes(string path);
}

/// <summary>A file being written, front to back.</summary>
internal interface IStoreFile : IDisposable
{
    void Append(ReadOnlySpan<byte> data);

    /// <summary>Makes the file's bytes durable.</summary>
    void SyncData();
}
