namespace LogFlow.Store;

/// <summary>Sealing: the tail becomes segments, in the background, one generation after the other.</summary>
internal sealed partial class StoreEngine
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>How often a trouble that lasts is spoken of.</summary>
    private static readonly TimeSpan TroubleLogInterval = TimeSpan.FromMinutes(1);

    private long _troubleSince;
    private long _troubleSaidAt;

    private async Task SealLoopAsync(CancellationToken stopping)
    {
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                await WaitForWorkAsync();
                if (stopping.IsCancellationRequested || _completion.Task.IsCompleted)
                {
                    break;
                }

                if (IsDue(_tail.Generation))
                {
                    await SealAsync();
                    _maintenanceWanted.Release();
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped: what is not durable is still in the queue.
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    /// <summary>Returns when someone wants a seal, or when the generation's time has come.</summary>
    private async Task WaitForWorkAsync()
    {
        var generation = _tail.Generation;
        if (IsDue(generation))
        {
            return;
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_work.Stopping);
        var wanted = _sealWanted.WaitAsync(timeout.Token);
        if (generation.IsDirty)
        {
            var left = _options.SealInterval - _time.GetElapsedTime(generation.DirtySince);
            var due = Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time, timeout.Token);
            await Task.WhenAny(wanted, due);
        }
        else
        {
            await Task.WhenAny(wanted);
        }

        await timeout.CancelAsync();
    }

    private bool IsDue(TailGeneration generation) => generation.IsDirty
        && (generation.IsSealWanted || generation.RawBytes >= _options.SealBytes
            || _time.GetElapsedTime(generation.DirtySince) >= _options.SealInterval);

    private async Task SealAsync()
    {
        TailGeneration generation;
        await _ingestTurn.WaitAsync(_work.Stopping);
        try
        {
            if (_completion.Task.IsCompleted)
            {
                return;
            }

            generation = _tail.Cut(State.Positions.GetNext(), _nextSequence);
            Publish(state => state.WithSealing(generation, tail: TailParts.Empty));
            _tail.OnPublished();
        }
        finally
        {
            _ingestTurn.Release();
        }

        var started = _time.GetTimestamp();
        while (!await TryCommitAsync(generation))
        {
            await Task.Delay(RetryDelay, _time, _work.Stopping);
        }

        _metrics.CommitDuration.Record(_time.GetElapsedTime(started).TotalSeconds);
        if (WriteProblem is not null)
        {
            Log.SealRecovered(_logger, _time.GetElapsedTime(_troubleSince).TotalSeconds);
            WriteProblem = null;
        }

        generation.Durable.SetResult();
    }

    /// <summary>False where the disk refused and another try, with new files, is sound.</summary>
    private async Task<bool> TryCommitAsync(TailGeneration generation)
    {
        var started = _time.GetTimestamp();
        await _commitLock.WaitAsync(_work.Stopping);
        try
        {
            var commit = new CommitInfo(
                _nextCommitId++, _time.GetUtcNow().ToUnixTimeMilliseconds(), generation.Positions, []);
            if (generation.Blocks.Count == 0)
            {
                PositionFile.Write(_files, _options.Directory, generation.Positions, generation.NextSequence);
                PublishCommit(generation, []);
                return true;
            }

            var days = generation.Blocks.GroupBy(entry => entry.Day).OrderBy(group => group.Key)
                .Select(group => (group.Key, (Action<SegmentWriter>)(writer =>
                {
                    foreach (var (_, block) in group)
                    {
                        writer.Add(block);
                    }
                }))).ToList();
            var segments = _committer.Publish(_committer.Prepare(commit, days));
            PublishCommit(generation, segments);
            Log.Committed(_logger, commit.CommitId, generation.DocumentCount, segments.Count,
                _time.GetElapsedTime(started).TotalMilliseconds);
            return true;
        }
        catch (Exception error) when (error is (IOException or UnauthorizedAccessException)
            and not CommitUncertainException)
        {
            ReportTrouble(generation, error.Message);
            return false;
        }
        finally
        {
            _commitLock.Release();
        }
    }

    /// <summary>
    /// The segments take the place of the blocks in memory, and what they hold is durable: in one swap.
    /// </summary>
    private void PublishCommit(TailGeneration generation, List<SegmentReader> segments)
    {
        if (_idFilters.IsUsed)
        {
            foreach (var segment in segments)
            {
                _idFilters.Prepare(segment, mayEvict: true);
            }
        }

        Publish(state => state.WithSealing(null,
            segments.Count == 0 ? null : state.Segments.Replace([], segments),
            positions: state.Positions.MarkDurable(generation.Positions)));
        ReleaseAll(segments);
    }

    private void ReportTrouble(TailGeneration generation, string reason)
    {
        var isNew = WriteProblem is null;
        WriteProblem = reason;
        if (isNew)
        {
            _troubleSince = _time.GetTimestamp();
        }

        if (isNew || _time.GetElapsedTime(_troubleSaidAt) >= TroubleLogInterval)
        {
            _troubleSaidAt = _time.GetTimestamp();
            Log.SealFailed(_logger, generation.DocumentCount, reason);
        }
    }

    private void Fail(Exception error)
    {
        WriteProblem = error.Message;
        Log.Failed(_logger, error.Message);
        _completion.TrySetException(error);
        State.Sealing?.Durable.TrySetException(new IOException(error.Message, error));
        _tail.Generation.Durable.TrySetException(new IOException(error.Message, error));
        _sealWanted.Release();
    }
}
