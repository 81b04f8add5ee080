using LogFlow.Platform;

namespace LogFlow.Queue.Storage;

/// <summary>The operating system's file system.</summary>
internal sealed class DiskFileSystem : IFileSystem
{
    public static DiskFileSystem Instance { get; } = new();

    public IStorageFile OpenOrCreate(string path) => DiskFile.Open(path, FileMode.OpenOrCreate);

    public IStorageFile Open(string path) => DiskFile.Open(path, FileMode.Open);

    public bool FileExists(string path) => File.Exists(path);

    public DateTimeOffset GetLastWriteTime(string path) => new(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);

    public void SetLastWriteTime(string path, DateTimeOffset time) =>
        File.SetLastWriteTimeUtc(path, time.UtcDateTime);

    public long GetFileLength(string path) => new FileInfo(path).Length;

    public void DeleteFile(string path) => File.Delete(path);

    public void MoveFile(string source, string destination) => File.Move(source, destination, overwrite: true);

    public IEnumerable<string> ListFiles(string directory) =>
        Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path)!);

    public IEnumerable<string> ListDirectories(string directory) =>
        Directory.EnumerateDirectories(directory).Select(path => Path.GetFileName(path)!);

    public void CreateDirectory(string path) => PrivateFiles.CreateDirectory(path);

    public void MoveDirectory(string source, string destination) => Directory.Move(source, destination);

    public void DeleteDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    public void SyncDirectory(string path) => DurableFile.SyncDirectory(path);
}
