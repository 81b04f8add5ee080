using LogFlow.Platform;

namespace LogFlow.Queue.Storage;

/// <summary>
/// A disk whose opens take from the reserve when no descriptor is free. A directory's sync is what a written group
/// waits for, and it can not be refused any more: it waits a little where even the reserve is used up.
/// </summary>
internal sealed class SparingFileSystem(IFileSystem files, DescriptorReserve reserve) : IFileSystem, IDisposable
{
    private const int SyncTriesMax = 500;

    private static readonly TimeSpan SyncPause = TimeSpan.FromMilliseconds(10);

    // Never set: the writer thread has nothing else to wait for.
    private readonly ManualResetEventSlim _never = new();

    public IStorageFile OpenOrCreate(string path) => Run(path, files.OpenOrCreate);

    public IStorageFile Open(string path) => Run(path, files.Open);

    public bool FileExists(string path) => files.FileExists(path);

    public DateTimeOffset GetLastWriteTime(string path) => files.GetLastWriteTime(path);

    public void SetLastWriteTime(string path, DateTimeOffset time) => files.SetLastWriteTime(path, time);

    public long GetFileLength(string path) => files.GetFileLength(path);

    public void DeleteFile(string path) => files.DeleteFile(path);

    public void MoveFile(string source, string destination) => files.MoveFile(source, destination);

    public IEnumerable<string> ListFiles(string directory) =>
        Run<IReadOnlyList<string>>(directory, path => [.. files.ListFiles(path)]);

    public IEnumerable<string> ListDirectories(string directory) =>
        Run<IReadOnlyList<string>>(directory, path => [.. files.ListDirectories(path)]);

    public void CreateDirectory(string path) => files.CreateDirectory(path);

    public void MoveDirectory(string source, string destination) => files.MoveDirectory(source, destination);

    public void DeleteDirectory(string path) => files.DeleteDirectory(path);

    public void SyncDirectory(string path)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                files.SyncDirectory(path);
                return;
            }
            catch (IOException error) when (OutOfDescriptors.Is(error) && tries < SyncTriesMax)
            {
                if (!reserve.TryGiveUp())
                {
                    _never.Wait(SyncPause);
                }
            }
        }
    }

    public void Dispose()
    {
        reserve.Dispose();
        _never.Dispose();
    }

    private T Run<T>(string path, Func<string, T> open)
    {
        while (true)
        {
            try
            {
                return open(path);
            }
            catch (IOException error) when (OutOfDescriptors.Is(error) && reserve.TryGiveUp())
            {
                // One descriptor is free; somebody else may be quicker, then the next is given up.
            }
        }
    }
}
