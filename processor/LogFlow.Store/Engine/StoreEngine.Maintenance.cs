namespace LogFlow.Store;

/// <summary>Maintenance: merging and retention, in the background.</summary>
internal sealed partial class StoreEngine
{
    private static readonly TimeSpan MaintenanceInterval = TimeSpan.FromMinutes(1);

    /// <summary>Segments that a merge found damaged; they stay as they are.</summary>
    private readonly HashSet<string> _notMergeable = new(StringComparer.Ordinal);

    private async Task MaintenanceLoopAsync(CancellationToken stopping)
    {
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                await MaintainAsync();
                using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_work.Stopping);
                var wanted = _maintenanceWanted.WaitAsync(timeout.Token);
                await Task.WhenAny(wanted, Task.Delay(MaintenanceInterval, _time, timeout.Token));
                await timeout.CancelAsync();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped: an unfinished merge leaves temporary files, which recovery removes.
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    private async Task MaintainAsync()
    {
        try
        {
            await ExpireAsync();
            while (await MergeOnceAsync())
            {
                _work.Stopping.ThrowIfCancellationRequested();
            }
        }
        catch (Exception error) when (error is (IOException or UnauthorizedAccessException)
            and not CommitUncertainException)
        {
            Log.MaintenanceFailed(_logger, error.Message);
        }
    }

    /// <summary>Merges the segments that should be; false where there are none.</summary>
    internal async Task<bool> MergeOnceAsync()
    {
        var merger = new SegmentMerger(_options.MergeBytesMax);
        var chosen = merger.Choose(State.Segments.Segments, Today(), segment =>
            _notMergeable.Contains(segment.Path) || segment.Footer.IsIncomplete);
        if (chosen.Count < 2)
        {
            return false;
        }

        var day = SegmentFile.DayName(chosen[0].Day);
        var held = chosen.Where(segment => segment.TryAddReference()).ToList();
        try
        {
            await MergeAsync(merger, chosen);
            Log.Merged(_logger, chosen.Count, day, chosen.Sum(segment => segment.Length));
            return true;
        }
        catch (CorruptDataException error)
        {
            Log.MergeFailed(_logger, day, error.Message);
            foreach (var segment in chosen)
            {
                _notMergeable.Add(segment.Path);
            }

            return true;
        }
        finally
        {
            foreach (var segment in held)
            {
                segment.Release();
            }
        }
    }

    private async Task MergeAsync(SegmentMerger merger, List<SegmentReader> chosen)
    {
        CommitInfo commit;
        await _commitLock.WaitAsync(_work.Stopping);
        try
        {
            // What a chosen segment replaced is deleted by now, or its deletion failed: then this one replaces it too.
            commit = new CommitInfo(_nextCommitId++, _time.GetUtcNow().ToUnixTimeMilliseconds(),
                State.Positions.GetDurable(), GetReplaced(chosen));
        }
        finally
        {
            _commitLock.Release();
        }

        var prepared = await Task.Run(() => _committer.Prepare(
            commit, [(chosen[0].Day, writer => merger.Write(chosen, writer, _work.Stopping))]));
        await _commitLock.WaitAsync(_work.Stopping);
        try
        {
            var live = State.Segments.Segments;
            if (!chosen.All(live.Contains))
            {
                _committer.Discard(prepared);
                return;
            }

            var merged = _committer.Publish(prepared);
            if (_idFilters.IsUsed)
            {
                merged.ForEach(segment => _idFilters.Prepare(segment, mayEvict: true));
            }

            Publish(state => state.With(state.Segments.Replace(chosen, merged)));
            ReleaseAll(merged);
            Remove(chosen);
        }
        finally
        {
            _commitLock.Release();
        }
    }

    private static List<string> GetReplaced(List<SegmentReader> chosen)
    {
        var names = chosen.Select(segment => segment.Name).ToList();
        foreach (var segment in chosen)
        {
            var folder = Path.GetDirectoryName(segment.Path)!;
            names.AddRange(segment.Footer.Replaces.Where(name => File.Exists(Path.Combine(folder, name))));
        }

        return names;
    }

    /// <summary>Deletes the files at once; readers keep theirs open until they end.</summary>
    private void Remove(IEnumerable<SegmentReader> segments)
    {
        foreach (var segment in segments)
        {
            try
            {
                _files.Delete(segment.Path);
            }
            catch (IOException error)
            {
                Log.MaintenanceFailed(_logger, error.Message);
            }
        }
    }

    /// <summary>Drops days that are too old, then the oldest until the bytes fit.</summary>
    internal async Task ExpireAsync()
    {
        await _commitLock.WaitAsync(_work.Stopping);
        try
        {
            if (_options.RetentionDays > 0)
            {
                var oldest = Today() - _options.RetentionDays;
                Expire([.. State.Segments.Segments.Where(segment => segment.Day <= oldest)]);
            }

            while (_options.RetentionBytes > 0 && State.Segments is { Segments: { Count: > 1 } segments } list
                && list.Bytes > _options.RetentionBytes)
            {
                var first = segments.Min(segment => segment.Day);
                var isOnlyDay = segments.All(segment => segment.Day == first);
                Expire([.. segments.Where(segment => segment.Day == first)
                    .OrderBy(segment => segment.MaxSequence).Take(isOnlyDay ? 1 : int.MaxValue)]);
            }
        }
        finally
        {
            _commitLock.Release();
        }
    }

    private void Expire(List<SegmentReader> segments)
    {
        if (segments.Count == 0)
        {
            return;
        }

        // The dropped footers may be the only ones that hold the newest positions.
        PositionFile.Write(_files, _options.Directory, State.Positions.GetDurable(), Volatile.Read(ref _nextSequence));
        Publish(state => state.With(state.Segments.Replace(segments, [])));

        foreach (var day in segments.GroupBy(segment => segment.Day))
        {
            Log.Expired(_logger, day.Count(), SegmentFile.DayName(day.Key), day.Sum(segment => segment.DocumentCount));
            Remove(day);
            var folder = Path.Combine(_options.Directory, "days", SegmentFile.DayName(day.Key));
            if (State.Segments.Segments.All(segment => segment.Day != day.Key))
            {
                // Damaged files were kept for inspection; their day is over.
                foreach (var path in Directory.GetFiles(folder, "*" + SegmentFile.CorruptExtension))
                {
                    _files.Delete(path);
                }
            }

            _files.SyncDirectory(folder);
            if (!Directory.EnumerateFileSystemEntries(folder).Any())
            {
                _files.DeleteDirectory(folder);
            }
        }
    }

    private long Today() => _time.GetUtcNow().ToUnixTimeMilliseconds() / TimeText.MsPerDay;
}
