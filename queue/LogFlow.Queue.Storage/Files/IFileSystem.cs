namespace LogFlow.Queue.Storage;

/// <summary>
/// Everything that storage asks of a disk, so that tests can record it, fail it and replay every crash of it. Paths are
/// absolute. Failures are IOException or UnauthorizedAccessException.
/// </summary>
public interface IFileSystem
{
    /// <summary>Opens for reading and writing; creates an empty file where there is none.</summary>
    IStorageFile OpenOrCreate(string path);

    /// <summary>Opens for reading and writing.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    IStorageFile Open(string path);

    /// <summary>Whether the file is there.</summary>
    bool FileExists(string path);

    /// <summary>When the file was last written.</summary>
    DateTimeOffset GetLastWriteTime(string path);

    /// <summary>Sets when the file was last written.</summary>
    void SetLastWriteTime(string path, DateTimeOffset time);

    /// <summary>The file's size in bytes.</summary>
    long GetFileLength(string path);

    /// <summary>Removes the file where there is one.</summary>
    void DeleteFile(string path);

    /// <summary>Gives a file another name in one step, over a file that has it.</summary>
    void MoveFile(string source, string destination);

    /// <summary>Names (not paths) of the files in a directory.</summary>
    IEnumerable<string> ListFiles(string directory);

    /// <summary>Names (not paths) of the directories in a directory.</summary>
    IEnumerable<string> ListDirectories(string directory);

    /// <summary>
    /// Creates a directory and its parents where needed. The names of those that it creates are durable when it
    /// returns.
    /// </summary>
    void CreateDirectory(string path);

    /// <summary>Gives a directory another name in one step.</summary>
    void MoveDirectory(string source, string destination);

    /// <summary>Removes a directory and what is in it, where there is one.</summary>
    void DeleteDirectory(string path);

    /// <summary>Makes creations, renames and removals in the directory durable.</summary>
    void SyncDirectory(string path);
}
