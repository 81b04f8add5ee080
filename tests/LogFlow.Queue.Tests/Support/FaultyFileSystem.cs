using LogFlow.Queue.Storage;

namespace LogFlow.Queue.Tests;

/// <summary>The disk, of which writes to chosen files fail.</summary>
internal sealed class FaultyFileSystem : IFileSystem
{
    private readonly IFileSystem _disk = new LogManagerOptions { DataDirectory = "" }.FileSystem;

    /// <summary>Whether a write to this path fails, as a broken disk's does.</summary>
    public Func<string, bool>? Fails { get; set; }

    /// <summary>Is told of every read, and may throw what no disk throws: a defect.</summary>
    public Action<string>? Reading { get; set; }

    /// <summary>Writes to segments wait for it.</summary>
    public ManualResetEventSlim SegmentWrites { get; } = new(initialState: true);

    public IStorageFile OpenOrCreate(string path) => new FaultyFile(this, path, _disk.OpenOrCreate(path));

    public IStorageFile Open(string path) => new FaultyFile(this, path, _disk.Open(path));

    public bool FileExists(string path) => _disk.FileExists(path);

    public DateTimeOffset GetLastWriteTime(string path) => _disk.GetLastWriteTime(path);

    public void SetLastWriteTime(string path, DateTimeOffset time) => _disk.SetLastWriteTime(path, time);

    public long GetFileLength(string path) => _disk.GetFileLength(path);

    public void DeleteFile(string path) => _disk.DeleteFile(path);

    public void MoveFile(string source, string destination) => _disk.MoveFile(source, destination);

    public IEnumerable<string> ListFiles(string directory) => _disk.ListFiles(directory);

    public IEnumerable<string> ListDirectories(string directory) => _disk.ListDirectories(directory);

    public void CreateDirectory(string path) => _disk.CreateDirectory(path);

    public void MoveDirectory(string source, string destination) => _disk.MoveDirectory(source, destination);

    public void DeleteDirectory(string path) => _disk.DeleteDirectory(path);

    public void SyncDirectory(string path) => _disk.SyncDirectory(path);

    private sealed class FaultyFile(FaultyFileSystem files, string path, IStorageFile file) : IStorageFile
    {
        public long Length => file.Length;

        public IStorageFile Share() => new FaultyFile(files, path, file.Share());

        public int Read(Span<byte> buffer, long position)
        {
            files.Reading?.Invoke(path);
            return file.Read(buffer, position);
        }

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            Check();
            file.Write(bytes, position);
        }

        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long position)
        {
            Check();
            file.Write(buffers, position);
        }

        public void SyncData() => file.SyncData();

        public void SetLength(long length) => file.SetLength(length);

        public void Reserve(long length) => file.Reserve(length);

        public void Dispose() => file.Dispose();

        private void Check()
        {
            if (path.EndsWith(".log", StringComparison.Ordinal))
            {
                files.SegmentWrites.Wait();
            }

            if (files.Fails?.Invoke(path) == true)
            {
                throw new IOException("input/output error");
            }
        }
    }
}
