using Microsoft.Extensions.Logging;

namespace LogFlow.Store;

/// <summary>
/// What a data folder holds after a stop of any kind; finishes or undoes the commit that was under way.
/// </summary>
internal sealed partial class StoreRecovery(string directory, IStoreFileSystem files, ILogger logger)
{
    /// <summary>
    /// Sequences that may have been given to documents which are gone: none is given twice, as it names the document.
    /// </summary>
    private const long SequenceGap = 1 << 28;

    private readonly string _days = Path.Combine(directory, "days");

    public List<SegmentReader> Segments { get; } = [];

    public Dictionary<(Guid TopicId, int Partition), long> Positions { get; } = [];

    public long NextSequence { get; private set; }

    public long NextCommitId { get; private set; } = 1;

    /// <summary>Segments of which documents are missing, some or all.</summary>
    public List<string> CorruptSegments { get; } = [];

    /// <summary>What may come again from the queue although it is stored.</summary>
    public FoundOffsets Found { get; } = new();

    public void Run()
    {
        files.CreateDirectory(_days);

        // Folders that a process made which was killed before it had synced them.
        files.SyncDirectory(directory);
        files.SyncDirectory(_days);
        FinishCommits();
        OpenSegments();
        PutAsideRests();
        RemoveReplaced();
        ReadPositions();
    }

    public PartitionPosition[] GetPositions() =>
        [.. Positions.Select(entry => new PartitionPosition(entry.Key.TopicId, entry.Key.Partition, entry.Value))];

    private IEnumerable<(long Day, string Folder)> Folders()
    {
        foreach (var folder in Directory.GetDirectories(_days))
        {
            if (SegmentFile.TryParseDay(Path.GetFileName(folder), out var day))
            {
                yield return (day, folder);
            }
        }
    }

    private void FinishCommits()
    {
        var committed = new HashSet<long>();
        var temporary = new List<(long CommitId, string Path)>();
        foreach (var (_, folder) in Folders())
        {
            foreach (var path in Directory.GetFiles(folder))
            {
                if (!SegmentFile.TryParseCommit(Path.GetFileName(path), out var commitId))
                {
                    continue;
                }

                NextCommitId = Math.Max(NextCommitId, commitId + 1);
                if (path.EndsWith(SegmentFile.TemporaryExtension, StringComparison.Ordinal))
                {
                    temporary.Add((commitId, path));
                }
                else
                {
                    committed.Add(commitId);
                }
            }
        }

        foreach (var (commitId, path) in temporary)
        {
            if (committed.Contains(commitId))
            {
                Log.FinishedCommit(logger, path);
                files.Rename(path, path[..^".tmp".Length]);
            }
            else
            {
                Log.UndidCommit(logger, path);
                files.Delete(path);
            }
        }

        foreach (var folder in temporary.Select(file => Path.GetDirectoryName(file.Path)!).Distinct())
        {
            files.SyncDirectory(folder);
        }
    }

    private void OpenSegments()
    {
        foreach (var (day, folder) in Folders())
        {
            foreach (var path in Directory.GetFiles(folder))
            {
                if (path.EndsWith(SegmentFile.CorruptExtension, StringComparison.Ordinal))
                {
                    CorruptSegments.Add(path);
                }
                else if (path.EndsWith(SegmentFile.Extension, StringComparison.Ordinal))
                {
                    Open(path, day);
                }
            }
        }
    }

    private void Open(string path, long day)
    {
        try
        {
            var segment = SegmentReader.Open(path, day);
            Segments.Add(segment);
            if (segment.Footer.IsIncomplete)
            {
                CorruptSegments.Add(path);
                Log.FoundPart(logger, path, segment.Blocks.Count, segment.DocumentCount);
            }
            else if (segment.IsFoundAgain)
            {
                Log.FoundAgain(logger, path, segment.Blocks.Count, segment.DocumentCount);
            }
            else if (segment.IsFooterDamaged)
            {
                Log.DamagedFooter(logger, path);
            }
        }
        catch (CorruptDataException error)
        {
            CorruptSegments.Add(PutAside(path, error.Message));
        }
    }

    /// <summary>Renamed, so that it cannot come back beside documents that the queue delivers again.</summary>
    private string PutAside(string path, string reason)
    {
        var aside = Path.ChangeExtension(path, SegmentFile.CorruptExtension);
        files.Rename(path, aside);
        Log.CorruptSegment(logger, path, reason, aside);
        return aside;
    }

    /// <summary>A merged segment of which blocks are missing, while all that it replaces is still there.</summary>
    private void PutAsideRests()
    {
        var there = Segments.Select(segment => (segment.Day, segment.Name)).ToHashSet();
        foreach (var segment in Segments.Where(segment => segment.Footer.IsIncomplete).ToList())
        {
            if (segment.Footer.Replaces is { Count: > 0 } replaced
                && replaced.All(name => there.Contains((segment.Day, name))))
            {
                Segments.Remove(segment);
                segment.Release();
                CorruptSegments.Remove(segment.Path);
                PutAside(segment.Path, "blocks are missing, and all that it replaces is still there");
                continue;
            }

            Found.Add(segment.GetIds((origin, reason) => Log.DamagedBlock(logger, origin, reason)));
        }
    }

    private void RemoveReplaced()
    {
        var replaced = Segments.SelectMany(segment => segment.Footer.Replaces.Select(name => (segment.Day, name)))
            .ToHashSet();
        foreach (var segment in Segments.Where(segment => replaced.Contains((segment.Day, segment.Name))).ToList())
        {
            Segments.Remove(segment);
            segment.Release();
            files.Delete(segment.Path);
            Log.RemovedReplaced(logger, segment.Path);
        }
    }

    private void ReadPositions()
    {
        try
        {
            var (positions, nextSequence) = PositionFile.Read(directory);
            Take(positions);
            NextSequence = nextSequence;
        }
        catch (CorruptDataException error)
        {
            Log.CorruptPositions(logger, error.Message);
        }

        foreach (var segment in Segments)
        {
            Take(segment.Footer.Positions);
            NextSequence = Math.Max(NextSequence, segment.MaxSequence + 1);
        }

        if (CorruptSegments.Count > 0)
        {
            NextSequence += SequenceGap;
        }
    }

    private void Take(IReadOnlyList<PartitionPosition> positions)
    {
        foreach (var position in positions)
        {
            var key = (position.TopicId, position.Partition);
            Positions[key] = Math.Max(position.Next, Positions.GetValueOrDefault(key));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7000, LogLevel.Information, "Finished the commit that a crash interrupted: {Path}.")]
        public static partial void FinishedCommit(ILogger logger, string path);

        [LoggerMessage(7001, LogLevel.Information,
            "Removed the unfinished file {Path}; its documents were not acknowledged and come again from the queue.")]
        public static partial void UndidCommit(ILogger logger, string path);

        [LoggerMessage(7002, LogLevel.Error,
            "Segment {Path} is damaged ({Reason}). Its documents are not served; the file is kept as {Aside}.")]
        public static partial void CorruptSegment(ILogger logger, string path, string reason, string aside);

        [LoggerMessage(7005, LogLevel.Error,
            "One of the two footers of segment {Path} is damaged; nothing is lost.")]
        public static partial void DamagedFooter(ILogger logger, string path);

        [LoggerMessage(7006, LogLevel.Error,
            "Both footers of segment {Path} are damaged; its {BlockCount} blocks were found without them, and none of "
            + "its {DocumentCount} documents is lost. 'logflow store check --repair' writes the footers anew.")]
        public static partial void FoundAgain(ILogger logger, string path, int blockCount, long documentCount);

        [LoggerMessage(7007, LogLevel.Error,
            "Both footers of segment {Path} and some of its blocks are gone. {BlockCount} blocks with {DocumentCount} "
            + "documents were found and are served; the others come again if the queue still has them.")]
        public static partial void FoundPart(ILogger logger, string path, int blockCount, long documentCount);

        [LoggerMessage(7008, LogLevel.Error, "{Origin} is damaged ({Reason}); the ids in it are not known.")]
        public static partial void DamagedBlock(ILogger logger, string origin, string reason);

        [LoggerMessage(7003, LogLevel.Debug, "Removed segment {Path}: a merged one replaces it.")]
        public static partial void RemovedReplaced(ILogger logger, string path);

        [LoggerMessage(7004, LogLevel.Error, "The positions file is damaged ({Reason}); the segments' own are used.")]
        public static partial void CorruptPositions(ILogger logger, string reason);
    }
}
