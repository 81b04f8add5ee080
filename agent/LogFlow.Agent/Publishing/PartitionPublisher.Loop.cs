using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>The loop that sends. It alone touches what is in flight, the producer and the sequence.</summary>
internal sealed partial class PartitionPublisher
{
    /// <summary>Sends until cancelled. Ends at once then; what is unacknowledged is in the registry.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await SettleAsync(cancellationToken);
                var first = _inFlight.Count;
                if (TakeReady())
                {
                    await SendAsync(_inFlight[first..], cancellationToken);
                }
                else
                {
                    await _signal.WaitAsync(cancellationToken);
                }
            }
        }
        finally
        {
            await ReleaseAllAsync();
        }
    }

    /// <summary>Acknowledges in order what the queue has; turns to failures.</summary>
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        while (_inFlight.Count > 0 && _inFlight[0].Sending!.IsCompleted)
        {
            var batch = _inFlight[0];
            var outcome = await batch.Sending!;
            if (outcome.Kind != SendOutcomeKind.Acknowledged)
            {
                await MendAsync(outcome, cancellationToken);
                return;
            }

            _inFlight.RemoveAt(0);
            Complete(batch);
        }
    }

    private void Complete(OpenBatch batch)
    {
        (_refusedSaidAt, _refusedSaidPause) = (0, _context.Options.RefusedPause);
        Volatile.Write(ref _waitingSince, _inFlight.Count > 0 ? _context.Time.GetTimestamp() : 0);
        _context.Registry.Acknowledge(batch.Intent!);
        foreach (var range in batch.RangesBehind)
        {
            _context.Registry.Advance(range);
        }

        _context.Counters.AddAcknowledged(batch.RecordCount);
        _context.Metrics.BatchAcknowledged(
            batch.RecordCount, batch.Encoded.Value.Length, _context.Time.GetElapsedTime(batch.SentAt));
        batch.Dispose();
        if (_inFlight.Count > 0)
        {
            return;
        }

        lock (_buildLock)
        {
            _isUnderWay = false;
            if (_flushWanted && _sealed.Count == 0)
            {
                Seal();
            }
        }
    }

    /// <summary>
    /// Moves sealed and compressed batches, in order, as many as may leave now, to those in flight: from here on they
    /// are released with them, whatever happens. False where there are none.
    /// </summary>
    private bool TakeReady()
    {
        lock (_buildLock)
        {
            var first = _inFlight.Count;
            while (_inFlight.Count < InFlightMax
                && _sealed.TryPeek(out var next)
                && next.Encoding.IsCompleted
                && MayFollow(_inFlight.Count > 0 ? _inFlight[^1] : null, next))
            {
                if (next.RecordCount == 0)
                {
                    PassOver(next);
                    next.Dispose();
                    _sealed.Dequeue();
                    continue;
                }

                _sealed.Dequeue();
                _inFlight.Add(next);
            }

            _isUnderWay = _inFlight.Count > 0;
            if (!_isUnderWay && _flushWanted && _sealed.Count == 0)
            {
                Seal();
            }

            return _inFlight.Count > first;
        }
    }

    /// <summary>
    /// Batches of a former run go under another producer: what is new waits for them, or a retry could reorder.
    /// </summary>
    private static bool MayFollow(OpenBatch? last, OpenBatch next) =>
        last is null || last.IsResend == next.IsResend;

    /// <summary>Only filtered lines: positions move when all that was read before is acknowledged.</summary>
    private void PassOver(OpenBatch batch)
    {
        var before = _inFlight.Count > 0 ? _inFlight[^1] : null;
        foreach (var range in batch.Ranges)
        {
            if (before is null)
            {
                _context.Registry.Advance(range);
            }
            else
            {
                before.RangesBehind.Add(range);
            }
        }
    }

    private async Task SendAsync(List<OpenBatch> batches, CancellationToken cancellationToken)
    {
        if (_waitingSince == 0)
        {
            Volatile.Write(ref _waitingSince, Math.Max(1, _context.Time.GetTimestamp()));
        }

        foreach (var batch in batches)
        {
            await batch.Encoding;
        }

        await CommitAsync(batches, cancellationToken);
        Dispatch(batches, cancellationToken);
    }

    /// <summary>Gives batches without intent a sequence, and waits until their intents are durable.</summary>
    private async Task CommitAsync(List<OpenBatch> batches, CancellationToken cancellationToken)
    {
        var intents = new List<Intent>();
        foreach (var batch in batches)
        {
            if (batch.Intent is { } known)
            {
                batch.Stamp(known);
                continue;
            }

            var producer = _producer ??= await _context.Producers.GetAsync(cancellationToken);
            var intent = new Intent
            {
                Partition = _partition,
                Producer = producer,
                BaseSequence = _nextSequence,
                RecordCount = batch.RecordCount,
                Ranges = batch.Ranges,
            };
            _nextSequence = RecordBatchHeader.AddSequence(_nextSequence, batch.RecordCount);
            batch.Stamp(intent);
            intents.Add(intent);
        }

        if (intents.Count > 0)
        {
            await _context.Registry.CommitAsync(intents).WaitAsync(cancellationToken);
        }
    }

    private void Dispatch(List<OpenBatch> batches, CancellationToken cancellationToken)
    {
        foreach (var batch in batches)
        {
            batch.SentAt = _context.Time.GetTimestamp();
            batch.Sending = _context.Sink.SendAsync(_partition, batch.Encoded, cancellationToken);
            WakeAfter(batch.Sending);
        }
    }

    /// <summary>
    /// The oldest batch under way was refused. Waits for the others, which fail with it, then sends all again: under a
    /// new producer where the sequence was the reason, else unchanged and later.
    /// </summary>
    private async Task MendAsync(SendOutcome outcome, CancellationToken cancellationToken)
    {
        foreach (var batch in _inFlight)
        {
            await ((Task)batch.Sending!).WaitAsync(cancellationToken);
        }

        var remaining = new List<OpenBatch>();
        foreach (var batch in _inFlight.ToArray())
        {
            var other = await batch.Sending!;
            if (other.Kind == SendOutcomeKind.Acknowledged)
            {
                _inFlight.Remove(batch);
                Complete(batch);
            }
            else
            {
                remaining.Add(batch);
            }
        }

        if (outcome.Kind == SendOutcomeKind.SequenceRefused)
        {
            await CompleteWhatTheQueueHasAsync(remaining, cancellationToken);
        }

        if (remaining.Count == 0)
        {
            return;
        }

        if (outcome.Kind == SendOutcomeKind.SequenceRefused)
        {
            var records = remaining.Sum(batch => batch.RecordCount);
            Log.SequenceRefused(_context.Logger, _context.Topic, _partition, outcome.Reason, records);
            _context.Counters.AddUncertain(records);
            _context.Metrics.Uncertain(records);
            _producer = await _context.Producers.GetOwnAsync(cancellationToken);
            _nextSequence = 0;
            foreach (var batch in remaining)
            {
                _context.Registry.Withdraw(batch.Intent!);
                batch.Intent = null;
            }
        }
        else
        {
            SayRefused(outcome);
            await Task.Delay(_context.Options.RefusedPause, _context.Time, cancellationToken);
            Mend(outcome.Kind, remaining);
        }

        await CommitAsync(remaining, cancellationToken);
        Dispatch(remaining, cancellationToken);
    }

    /// <summary>
    /// What the same bytes can never mend. Nothing of a refused batch is in the log, so its sequence holds.
    /// </summary>
    private void Mend(SendOutcomeKind kind, List<OpenBatch> refused)
    {
        foreach (var batch in refused)
        {
            if (kind == SendOutcomeKind.BadTimestamp)
            {
                batch.Recode(
                    _context.Options.Compression,
                    _context.Options.Level,
                    _context.Time.GetUtcNow().ToUnixTimeMilliseconds());
            }
            else if (kind == SendOutcomeKind.BadCompression)
            {
                batch.Recode(CompressionType.Gzip, 1, timestampMs: null);
            }
        }
    }

    private void SayRefused(SendOutcome outcome)
    {
        _context.Counters.AddError();
        var now = _context.Time.GetTimestamp();
        if (_refusedSaidAt != 0 && _context.Time.GetElapsedTime(_refusedSaidAt, now) < _refusedSaidPause)
        {
            return;
        }

        // Rarer and rarer, while the same batch is refused.
        _refusedSaidAt = now;
        _refusedSaidPause = TimeSpan.FromTicks(Math.Min(RefusedSaidPauseMax.Ticks, _refusedSaidPause.Ticks * 2));
        var remedy = outcome.Kind switch
        {
            SendOutcomeKind.TooLarge =>
                "raise the topic's max.message.bytes, or lower output.kafka.max_message_bytes and restart",
            SendOutcomeKind.BadTimestamp =>
                "its records get the present time and are sent again; set the clock of this host, or of the queue's",
            SendOutcomeKind.BadCompression =>
                "it is compressed with gzip and sent again; set output.kafka.compression to what the queue takes",
            _ => "see the queue's log",
        };
        Log.Refused(_context.Logger, _context.Topic, _partition, outcome.Reason, remedy);
    }

    /// <summary>
    /// A request of a former connection may have arrived after all, in part or under the ranges of an older intent:
    /// the queue is asked before anything is sent under another producer.
    /// </summary>
    private async Task CompleteWhatTheQueueHasAsync(List<OpenBatch> remaining, CancellationToken cancellationToken)
    {
        foreach (var batch in remaining.ToArray())
        {
            var intent = batch.Intent!;
            var last = await _context.Sink.FindLastSequenceAsync(_partition, intent.Producer, cancellationToken);
            if (last is not { } sequence || !intent.IsCoveredBy(sequence))
            {
                return;
            }

            remaining.Remove(batch);
            _inFlight.Remove(batch);
            Complete(batch);
        }
    }

    /// <summary>At the end: memory goes back to the pools when nobody can read it any more.</summary>
    public async Task ReleaseAllAsync()
    {
        foreach (var batch in _inFlight)
        {
            if (batch.Sending is { } sending)
            {
                await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            batch.Dispose();
        }

        _inFlight.Clear();
        List<OpenBatch> left;
        lock (_buildLock)
        {
            left = [.. _sealed];
            _sealed.Clear();
            if (_open is not null)
            {
                left.Add(_open);
                _open = null;
            }
        }

        foreach (var batch in left)
        {
            await batch.Encoding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            batch.Dispose();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4100, LogLevel.Error,
            "Topic {Topic}, partition {Partition}: the queue does not accept the sequence ({Reason}). {Records} "
            + "records are sent again under a new producer id; some of them may be there twice")]
        public static partial void SequenceRefused(
            ILogger logger, string topic, int partition, string reason, int records);

        [LoggerMessage(4101, LogLevel.Error,
            "Topic {Topic}, partition {Partition}: the queue refuses a batch ({Reason}). It is tried again and "
            + "nothing is lost, but this partition waits: {Remedy}")]
        public static partial void Refused(ILogger logger, string topic, int partition, string reason, string remedy);
    }
}
