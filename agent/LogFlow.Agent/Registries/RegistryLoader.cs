using LogFlow.Hosting;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// Reads a registry back. What a crash can leave is mended silently or with a warning (a torn last entry); what only
/// damage can explain is an error that is named, and never a reason to lose lines.
/// </summary>
internal static partial class RegistryLoader
{
    /// <summary>Reads snapshot and journal.</summary>
    /// <returns>The state, and the highest number of a journal so far.</returns>
    /// <exception cref="StartupException">The snapshot and its copy are damaged.</exception>
    public static (RegistryState State, long Number) Load(
        IRegistryStorage storage, long nowMs, ILogger logger, Guid? newAgentId = null)
    {
        var journals = storage.ListJournals();
        var highest = journals.Count > 0 ? journals[^1] : 0;
        var (snapshot, copy) = (storage.ReadSnapshot(), storage.ReadCopy());
        if (snapshot is null && copy is null)
        {
            foreach (var journal in journals)
            {
                RefuseLonelyJournal(storage, journal);
            }

            return (new RegistryState { AgentId = newAgentId ?? Guid.NewGuid() }, highest);
        }

        var (state, number) = LoadSnapshot(storage, snapshot, copy, nowMs, logger);
        LoadJournal(storage, number, state, nowMs, logger);
        return (state, Math.Max(highest, number));
    }

    /// <summary>The snapshot, or where it is damaged or gone, its copy.</summary>
    private static (RegistryState State, long Number) LoadSnapshot(
        IRegistryStorage storage, byte[]? snapshot, byte[]? copy, long nowMs, ILogger logger)
    {
        if (snapshot is not null && TryRead(snapshot, nowMs) is { } read)
        {
            return read;
        }

        if (copy is not null && TryRead(copy, nowMs) is { } second)
        {
            Log.SnapshotDamaged(logger, storage.Location);
            return second;
        }

        throw new StartupException(
            $"the agent's registry in {storage.Location} is damaged (neither 'snapshot' nor 'snapshot.copy' matches "
            + "its checksums). Restore it from a backup, or move the folder away: then every file is read again from "
            + "its beginning");
    }

    /// <summary>Reads a snapshot; null: it is damaged.</summary>
    private static (RegistryState State, long Number)? TryRead(byte[] snapshot, long nowMs)
    {
        var state = new RegistryState();
        if (RegistryFormat.TryReadHeader(snapshot, RegistryFormat.SnapshotMagic, out var number))
        {
            var reader = new EntryReader(snapshot.AsSpan(RegistryFormat.HeaderLength));
            var count = 0;
            while (reader.MoveNext())
            {
                if (reader.Type == EntryType.End && reader.Varint() == count)
                {
                    return (state, number);
                }

                state.Apply(ref reader, nowMs);
                count++;
            }
        }

        return null;
    }

    private static void LoadJournal(
        IRegistryStorage storage, long number, RegistryState state, long nowMs, ILogger logger)
    {
        if (storage.ReadJournal(number) is not { } journal)
        {
            Log.JournalMissing(logger, storage.Location, number);
            return;
        }

        if (!RegistryFormat.TryReadHeader(journal, RegistryFormat.JournalMagic, out var written) || written != number)
        {
            // The header is synced with the first entry: without it there is nothing, unless bytes follow.
            if (journal.AsSpan().ContainsAnyExcept((byte)0))
            {
                Log.JournalDamaged(logger, storage.Location, number, 0, journal.Length);
                storage.SetJournalAside(number);
            }

            return;
        }

        var entries = journal.AsSpan(RegistryFormat.HeaderLength);
        var reader = new EntryReader(entries);
        while (reader.MoveNext())
        {
            state.Apply(ref reader, nowMs);
        }

        var rest = entries[reader.Position..].TrimEnd((byte)0);
        if (rest.IsEmpty)
        {
            return;
        }

        var position = RegistryFormat.HeaderLength + reader.Position;
        if (ContainsEntry(rest[1..]))
        {
            Log.JournalDamaged(logger, storage.Location, number, position, rest.Length);
            storage.SetJournalAside(number);
        }
        else
        {
            Log.JournalTorn(logger, storage.Location, number, position, rest.Length);
        }
    }

    /// <summary>
    /// Whether a whole entry lies somewhere in bytes that follow a damaged one. A write that a crash interrupted
    /// leaves such an entry only by rare reordering; damage to the file usually does.
    /// </summary>
    private static bool ContainsEntry(ReadOnlySpan<byte> data)
    {
        for (var at = 0; at < data.Length; at++)
        {
            if (EntryReader.TryFrame(data[at..], out var body) && body[0] is > 0 and <= (byte)EntryType.End)
            {
                return true;
            }
        }

        return false;
    }

    private static void RefuseLonelyJournal(IRegistryStorage storage, long number)
    {
        var journal = storage.ReadJournal(number);
        if (journal is not null && journal.Length > RegistryFormat.HeaderLength
            && journal.AsSpan(RegistryFormat.HeaderLength).ContainsAnyExcept((byte)0))
        {
            throw new StartupException(
                $"the agent's registry in {storage.Location} is damaged (file 'snapshot' is missing beside "
                + $"'journal.{number}'). Restore it from a backup, or move the folder away: then every file is read "
                + "again from its beginning");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4000, LogLevel.Warning,
            "Registry {Location}: journal {Number} ends in an entry that was being written when the agent or the "
            + "machine stopped ({Length} bytes at {Position}). It was not in use yet; nothing is lost")]
        public static partial void JournalTorn(
            ILogger logger, string location, long number, int position, int length);

        [LoggerMessage(4003, LogLevel.Error,
            "Registry {Location}: the snapshot is damaged or missing; its copy is used, and nothing is lost")]
        public static partial void SnapshotDamaged(ILogger logger, string location);

        [LoggerMessage(4001, LogLevel.Error,
            "Registry {Location}: journal {Number} is damaged at {Position}; {Length} bytes are not used and the file "
            + "is set aside under the suffix .damaged. Lines that they covered are sent again")]
        public static partial void JournalDamaged(
            ILogger logger, string location, long number, int position, int length);

        [LoggerMessage(4002, LogLevel.Error,
            "Registry {Location}: journal {Number} is missing. Lines sent since the snapshot are sent again")]
        public static partial void JournalMissing(ILogger logger, string location, long number);
    }
}
