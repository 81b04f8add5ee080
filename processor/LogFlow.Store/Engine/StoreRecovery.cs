using Microsoft.Extensions.Logging;

namespace LogFlow.Store;

/// <summary>
/// What a data folder holds after a stop of any kind; finishes or undoes the commit that was under way.
/// </summary>
internal sealed partial class StoreRecovery(string directory, IStoreFileSystem files, ILogger logger)
{
    private readonly string _days = Path.Combine(directory, "days");

    public List<SegmentReader> Segments { get; } = [];

    public Dictionary<(Guid TopicId, int Partition), long> Positions { get; } = [];

    public long NextSequence { get; private set; }

    public long NextCommitId { get; private set; } = 1;

    /// <summary>Segments whose footer is damaged: their documents are not served.</summary>
    public List<string> CorruptSegments { get; } = [];

    public void Run()
    {
        files.CreateDirectory(_days);

        // Folders that a process made which was killed before it had synced them.
        files.SyncDirectory(directory);
        files.SyncDirectory(_days);
        FinishCommits();
        OpenSegments();
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
            if (segment.IsFooterDamaged)
            {
                Log.DamagedFooter(logger, path);
            }
        }
        catch (CorruptDataException error)
        {
            // Renamed, so that it cannot come back beside documents that the queue delivers again.
            var aside = Path.ChangeExtension(path, SegmentFile.CorruptExtension);
            files.Rename(path, aside);
            CorruptSegments.Add(aside);
            Log.CorruptSegment(logger, path, error.Message, aside);
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

        [LoggerMessage(7003, LogLevel.Debug, "Removed segment {Path}: a merged one replaces it.")]
        public static partial void RemovedReplaced(ILogger logger, string path);

        [LoggerMessage(7004, LogLevel.Error, "The positions file is damaged ({Reason}); the segments' own are used.")]
        public static partial void CorruptPositions(ILogger logger, string reason);
    }
}
