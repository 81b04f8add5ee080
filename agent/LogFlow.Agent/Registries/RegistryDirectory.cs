using System.Globalization;
using LogFlow.Platform;
using Microsoft.Win32.SafeHandles;

namespace LogFlow.Agent;

/// <summary>
/// A registry's files in a folder: <c>snapshot</c>, <c>snapshot.copy</c> and <c>journal.N</c>, readable by the owner
/// alone (as Filebeat's <c>filebeat.registry.file_permissions</c> 0600).
/// </summary>
internal sealed class RegistryDirectory : IRegistryStorage
{
    private const long ReservedBytesMin = 64 << 10;
    private const string JournalPrefix = "journal.";
    private readonly string _snapshot;
    private readonly string _copy;

    public RegistryDirectory(string directory)
    {
        Location = directory;
        _snapshot = Path.Combine(directory, "snapshot");
        _copy = _snapshot + ".copy";
        PrivateFiles.CreateDirectory(directory, isSecret: true);
        PrivateFiles.SyncName(directory);
    }

    public string Location { get; }

    public byte[]? ReadSnapshot() => File.Exists(_snapshot) ? File.ReadAllBytes(_snapshot) : null;

    public void ReplaceSnapshot(ReadOnlySpan<byte> content) =>
        DurableFile.Replace(_snapshot, content, isSecret: true);

    public byte[]? ReadCopy() => File.Exists(_copy) ? File.ReadAllBytes(_copy) : null;

    public void ReplaceCopy(ReadOnlySpan<byte> content) => DurableFile.Replace(_copy, content, isSecret: true);

    public IReadOnlyList<long> ListJournals()
    {
        var numbers = new List<long>();
        foreach (var path in Directory.EnumerateFiles(Location, JournalPrefix + "*"))
        {
            var suffix = Path.GetFileName(path)[JournalPrefix.Length..];
            if (long.TryParse(suffix, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }

    public byte[]? ReadJournal(long number) => File.Exists(PathOf(number)) ? File.ReadAllBytes(PathOf(number)) : null;

    public IRegistryJournal CreateJournal(long number, long reservedBytes)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var stream = new FileStream(PathOf(number), options);
        try
        {
            Reserve(stream.SafeFileHandle, reservedBytes);
            DurableFile.SyncData(stream.SafeFileHandle);
            DurableFile.SyncDirectory(Location);
            return new Journal(stream);
        }
        catch
        {
            stream.Dispose();
            File.Delete(PathOf(number));
            throw;
        }
    }

    public void DeleteJournal(long number) => File.Delete(PathOf(number));

    public void SetJournalAside(long number) =>
        File.Move(PathOf(number), PathOf(number) + ".damaged", overwrite: true);

    /// <summary>
    /// Room is reserved so that a full disk is met rarely and early. Where there is less, a smaller journal will do:
    /// it is folded into a snapshot in time, and one that cannot grow waits.
    /// </summary>
    private static void Reserve(SafeFileHandle file, long bytes)
    {
        while (true)
        {
            try
            {
                DurableFile.TryPreallocate(file, bytes);
                return;
            }
            catch (IOException) when (bytes > ReservedBytesMin)
            {
                bytes /= 4;
            }
        }
    }

    private string PathOf(long number) =>
        Path.Combine(Location, JournalPrefix + number.ToString(CultureInfo.InvariantCulture));

    private sealed class Journal(FileStream stream) : IRegistryJournal
    {
        private readonly SafeFileHandle _file = stream.SafeFileHandle;

        public void Write(ReadOnlySpan<byte> data, long position) => RandomAccess.Write(_file, data, position);

        public void Sync() => DurableFile.SyncData(_file);

        public void Dispose() => stream.Dispose();
    }
}
