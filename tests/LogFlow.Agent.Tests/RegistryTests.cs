using LogFlow.Hosting;
using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent.Tests;

public sealed class RegistryTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly CollectingLogs _log = new(LogLevel.Trace);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task State_AfterReopen_IsTheSame()
    {
        Guid agent;
        FileState file;
        await using (var registry = Open())
        {
            agent = registry.AgentId;
            registry.SetTopic(new TopicIdentity("logs", Guid.NewGuid(), 6));
            file = Create(registry, "/var/log/a.log", 3);
            await registry.CommitAsync([Some(file, 0, 100, sequence: 0), Some(file, 100, 250, sequence: 10)]);
            registry.Acknowledge(registry.UnresolvedIntents()[0]);
        }

        await using var again = Open();
        Assert.Equal(agent, again.AgentId);
        Assert.Equal("logs", again.Topic.Name);
        var read = Assert.Single(again.FilesOf("input"));
        Assert.Equal((file.Generation, file.Path, file.Partition, file.Identity, file.Head, 100L),
            (read.Generation, read.Path, read.Partition, read.Identity, read.Head, read.AckedPosition));
        var intent = Assert.Single(again.UnresolvedIntents());
        Assert.Equal((10, 5, 3), (intent.BaseSequence, intent.RecordCount, intent.Partition));
        Assert.Equal(new FileRange(file.Generation, 100, 250, 7, 8), Assert.Single(intent.Ranges));
    }

    [Fact]
    public async Task Journal_TornAtEveryByte_KeepsTheEntriesBefore()
    {
        byte[] journal;
        var boundaries = new List<int>();
        var storage = new RegistryDirectory(_folder.File("registry"));
        await using (var registry = Open())
        {
            var file = Create(registry, "/a", 0);
            for (var number = 0; number < 5; number++)
            {
                await registry.CommitAsync([Some(file, number * 10, (number * 10) + 10, number)]);
                boundaries.Add(JournalLength(storage));
                registry.Acknowledge(registry.UnresolvedIntents()[0]);
                await registry.SyncAsync();
                boundaries.Add(JournalLength(storage));
            }

            journal = Trim(storage.ReadJournal(storage.ListJournals()[0])!);
        }

        var snapshot = File.ReadAllBytes(_folder.File("registry", "snapshot"));
        var number2 = storage.ListJournals()[0];

        // The snapshot written at the end of the run names another journal; the first one's is made from scratch.
        for (var length = RegistryFormat.HeaderLength; length <= journal.Length; length++)
        {
            var memory = new MemoryStorage(number2, InitialSnapshot(number2), journal[..length]);
            var (state, _) = RegistryLoader.Load(memory, 0, _log);
            var whole = boundaries.Count(boundary => boundary <= length);
            var acked = whole / 2 * 10;
            Assert.Equal(whole % 2, state.Intents.Count);
            Assert.Equal(acked, state.Files.Values.SingleOrDefault()?.AckedPosition ?? 0);
        }

        Assert.NotEmpty(snapshot);
        Assert.Equal(0, _log.Count(LogLevel.Error, ""));
        Assert.True(_log.Count(LogLevel.Warning, "being written") > 0);
    }

    [Fact]
    public async Task Journal_DamagedInTheMiddle_IsAnErrorAndSetAside()
    {
        var storage = new CrashableStorage(_folder.File("registry"));
        var registry = Registry.Open(
            storage, new RegistryOptions(1 << 20, TimeSpan.FromSeconds(1)), TimeProvider.System, _log);
        var file = Create(registry, "/a", 0);
        for (var number = 0; number < 5; number++)
        {
            await registry.CommitAsync([Some(file, number * 10, (number * 10) + 10, number)]);
        }

        storage.Kill();
        await registry.DisposeAsync();
        var path = _folder.File("registry", $"journal.{storage.ListJournals()[0]}");
        var bytes = File.ReadAllBytes(path);
        bytes[RegistryFormat.HeaderLength + 120] ^= 0xFF;
        File.WriteAllBytes(path, bytes);
        await using var again = Open();
        Assert.Equal(1, _log.Count(LogLevel.Error, "is damaged"));
        Assert.True(File.Exists(path + ".damaged"));
        Assert.InRange(again.UnresolvedIntents().Count, 0, 4);
    }

    [Fact]
    public async Task Snapshot_DamagedOrGone_ItsCopyIsUsed()
    {
        await using (var registry = Open())
        {
            var file = Create(registry, "/a", 0);
            await registry.CommitAsync([Some(file, 0, 10, 0)]);
            registry.Acknowledge(registry.UnresolvedIntents()[0]);
        }

        var path = _folder.File("registry", "snapshot");
        var bytes = File.ReadAllBytes(path);
        for (var at = -1; at < bytes.Length; at++)
        {
            if (at < 0)
            {
                File.Delete(path);
            }
            else
            {
                var damaged = (byte[])bytes.Clone();
                damaged[at] ^= 0x40;
                File.WriteAllBytes(path, damaged);
            }

            var (state, _) = RegistryLoader.Load(new RegistryDirectory(_folder.File("registry")), 0, _log);
            Assert.Equal(10, Assert.Single(state.Files.Values).AckedPosition);
        }

        await using (Open())
        {
            // Mends both.
        }

        File.Delete(_folder.File("registry", "snapshot.copy"));
        await using var again = Open();
        Assert.Equal(10, Assert.Single(again.FilesOf("input")).AckedPosition);
    }

    [Fact]
    public async Task SnapshotAndCopy_Damaged_RefusesToStartAndSaysWhatToDo()
    {
        await using (var registry = Open())
        {
            Create(registry, "/a", 0);
        }

        await using (Open())
        {
            // Writes a snapshot that has the file.
        }

        var path = _folder.File("registry", "snapshot");
        var bytes = File.ReadAllBytes(path);
        for (var at = 0; at < bytes.Length; at++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[at] ^= 0x40;
            File.WriteAllBytes(path, damaged);
            File.WriteAllBytes(path + ".copy", damaged);
            var error = Assert.Throws<StartupException>(() => RegistryLoader.Load(
                new RegistryDirectory(_folder.File("registry")), 0, _log));
            Assert.Contains("move the folder away", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Checkpoint_JournalGrows_IsFoldedAndNothingIsLost()
    {
        await using (var registry = Registry.Open(
            new RegistryDirectory(_folder.File("registry")), new RegistryOptions(4096, TimeSpan.FromSeconds(1)),
            TimeProvider.System, _log))
        {
            var file = Create(registry, "/a", 0);
            for (var number = 0; number < 500; number++)
            {
                await registry.CommitAsync([Some(file, number * 10, (number * 10) + 10, number)]);
                registry.Acknowledge(registry.UnresolvedIntents()[0]);
            }
        }

        var journals = new RegistryDirectory(_folder.File("registry")).ListJournals();
        Assert.True(Assert.Single(journals) > 3);
        Assert.True(new FileInfo(_folder.File("registry", $"journal.{journals[0]}")).Length <= 8192);
        await using var again = Open();
        Assert.Equal(5000, Assert.Single(again.FilesOf("input")).AckedPosition);
        Assert.Empty(again.UnresolvedIntents());
    }

    [Fact]
    public async Task Checkpoint_DiskFull_JournalGrowsOn()
    {
        var storage = new CrashableStorage(_folder.File("registry"));
        await using (var registry = Registry.Open(
            storage, new RegistryOptions(1024, TimeSpan.FromSeconds(1)), TimeProvider.System, _log))
        {
            storage.SnapshotsFail = true;
            var file = Create(registry, "/a", 0);
            for (var number = 0; number < 100; number++)
            {
                await registry.CommitAsync([Some(file, number * 10, (number * 10) + 10, number)]);
                registry.Acknowledge(registry.UnresolvedIntents()[0]);
            }
        }

        Assert.True(_log.Count(LogLevel.Warning, "could not be folded") > 0);
        await using var again = Open();
        Assert.Equal(1000, Assert.Single(again.FilesOf("input")).AckedPosition);
    }

    [Fact]
    public async Task Commit_ManyAtOnce_ShareSyncs()
    {
        var storage = new CrashableStorage(_folder.File("registry"));
        await using var registry = Registry.Open(
            storage, new RegistryOptions(1 << 20, TimeSpan.FromSeconds(1)), TimeProvider.System, _log);
        var file = Create(registry, "/a", 0);
        var before = storage.Syncs;
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(
            number => registry.CommitAsync([Some(file, number, number + 1, number)])));
        Assert.InRange(storage.Syncs - before, 1, 500);
    }

    [Fact]
    public void Entries_RandomBytes_NeverThrowAnythingUnexpected()
    {
        var random = new Random(20261121);
        for (var round = 0; round < 20_000; round++)
        {
            var writer = new EntryWriter();
            writer.Begin((EntryType)random.Next(0, 12));
            var body = new byte[random.Next(0, 60)];
            random.NextBytes(body);
            writer.Raw(body);
            writer.End();
            var reader = new EntryReader(writer.Written);
            Assert.True(reader.MoveNext());
            try
            {
                new RegistryState().Apply(ref reader, 0);
            }
            catch (InvalidDataException)
            {
                // What a checksum cannot tell is told by the fields.
            }
        }
    }

    private static int JournalLength(RegistryDirectory storage) =>
        Trim(storage.ReadJournal(storage.ListJournals()[0])!).Length;

    /// <summary>Entries end in a byte that may be zero; their frames say how long they are.</summary>
    private static byte[] Trim(byte[] journal)
    {
        var reader = new EntryReader(journal.AsSpan(RegistryFormat.HeaderLength));
        while (reader.MoveNext())
        {
        }

        return journal[..(RegistryFormat.HeaderLength + reader.Position)];
    }

    private static byte[] InitialSnapshot(long number)
    {
        var writer = new EntryWriter();
        RegistryFormat.WriteHeader(writer, RegistryFormat.SnapshotMagic, number);
        EntryCodec.WriteAll(writer, new RegistryState { AgentId = Guid.NewGuid() });
        return writer.Written.ToArray();
    }

    private static FileState Create(Registry registry, string path, int partition) => registry.CreateFile(
        "input", path, new FileIdentity(1, 2, 3), new ContentMark(5, 6), 0, 0, _ => partition);

    private static Intent Some(FileState file, long start, long end, int sequence) => new()
    {
        Partition = file.Partition,
        Producer = new ProducerId(77, 0),
        BaseSequence = sequence,
        RecordCount = 5,
        Ranges = [new FileRange(file.Generation, start, end, 7, 8)],
    };

    private Registry Open() => Registry.Open(
        new RegistryDirectory(_folder.File("registry")),
        new RegistryOptions(1 << 20, TimeSpan.FromSeconds(1)),
        TimeProvider.System,
        _log);

    private sealed class MemoryStorage(long number, byte[] snapshot, byte[] journal) : IRegistryStorage
    {
        public string Location => "memory";

        public byte[]? ReadSnapshot() => snapshot;

        public void ReplaceSnapshot(ReadOnlySpan<byte> content) => throw new NotSupportedException();

        public byte[]? ReadCopy() => null;

        public void ReplaceCopy(ReadOnlySpan<byte> content) => throw new NotSupportedException();

        public IReadOnlyList<long> ListJournals() => [number];

        public byte[]? ReadJournal(long number)
        {
            // The journal was written under its own number.
            var copy = (byte[])journal.Clone();
            var header = new EntryWriter();
            RegistryFormat.WriteHeader(header, RegistryFormat.JournalMagic, number);
            header.Written.CopyTo(copy);
            return copy;
        }

        public IRegistryJournal CreateJournal(long number, long reservedBytes) => throw new NotSupportedException();

        public void DeleteJournal(long number) => throw new NotSupportedException();

        public void SetJournalAside(long number) => throw new NotSupportedException();
    }
}
