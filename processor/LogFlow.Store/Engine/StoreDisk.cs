using LogFlow.Platform;
using Microsoft.Win32.SafeHandles;

namespace LogFlow.Store;

/// <summary>The real disk.</summary>
internal sealed class StoreDisk : IStoreFileSystem
{
    public void CreateDirectory(string path) => PrivateFiles.CreateDirectory(path);

    public void SyncDirectory(string path) => DurableFile.SyncDirectory(path);

    public IStoreFile Create(string path) =>
        new DiskFile(File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.Read));

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public void Delete(string path) => File.Delete(path);

    public void DeleteDirectory(string path) => Directory.Delete(path, recursive: true);

    public long GetFreeBytes(string path) => new DriveInfo(Path.GetFullPath(path)).AvailableFreeSpace;

    private sealed class DiskFile(SafeFileHandle handle) : IStoreFile
    {
        private long _length;

        public void Append(ReadOnlySpan<byte> data)
        {
            RandomAccess.Write(handle, data, _length);
            _length += data.Length;
        }

        public void SyncData() => DurableFile.SyncData(handle);

        public void Dispose() => handle.Dispose();
    }
}
