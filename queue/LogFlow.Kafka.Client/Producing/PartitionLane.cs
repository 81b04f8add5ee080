using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>
/// The batches of one partition, in the order in which they must stand in the log. The rule that keeps the order: once
/// a batch has to be sent again, nothing leaves until everything in flight has come back; then all that is
/// unacknowledged leaves again, oldest first. Guarded by the sender's lock.
/// </summary>
internal sealed class PartitionLane(TopicPartition partition)
{
    // Brokers call a batch corrupt when the network has changed it; when it left so, no repetition helps.
    private const int CorruptCountMax = 3;

    // Sent at least once and not acknowledged, in order.
    private readonly List<OutgoingBatch> _unacknowledged = [];
    private readonly Queue<OutgoingBatch> _waiting = new();

    private long _ordinal;
    private int _inFlight;
    private bool _draining;

    // The producer epoch of which the broker has acknowledged a batch, so that it would notice a gap.
    private ProducerIdentity _knownProducer = ProducerIdentity.None;

    // After a refusal: the only sequence of this producer epoch that may come next.
    private ProducerIdentity _refusedProducer = ProducerIdentity.None;
    private int _refusedSequence;

    public TopicPartition Partition => partition;

    public int InFlightCount => _inFlight;

    /// <summary>Timestamp before which nothing is sent.</summary>
    public long NotBefore { get; set; }

    /// <summary>Failed attempts in a row.</summary>
    public int Failures { get; set; }

    /// <summary>When the present row of failures began, and when it was last spoken of.</summary>
    public DateTimeOffset FailingSince { get; set; }

    public long SaidAt { get; set; }

    /// <summary>Why: the answer to the batch that failed, not to those behind it, which fail for its sake.</summary>
    public SendResult Setback { get; set; }

    /// <summary>Takes a batch behind all others; false when it must not be sent any more.</summary>
    public bool TryEnqueue(OutgoingBatch batch)
    {
        if (batch.Producer == _refusedProducer && _refusedProducer.ProducerId >= 0)
        {
            if (batch.Header.BaseSequence != _refusedSequence)
            {
                return false;
            }

            _refusedProducer = ProducerIdentity.None;
        }

        batch.Ordinal = _ordinal++;
        _waiting.Enqueue(batch);
        return true;
    }

    /// <summary>What a batch gets that <see cref="TryEnqueue"/> did not take.</summary>
    public SendResult NotSent() => new(
        ErrorCode.OutOfOrderSequenceNumber,
        Message: $"not sent: sequence {_refusedSequence} of its producer epoch was refused");

    /// <summary>The batch that may be sent now, if any; <see cref="Take"/> then takes it.</summary>
    public OutgoingBatch? Next(int inFlightMax, long now)
    {
        if (_draining || now < NotBefore || _inFlight >= inFlightMax)
        {
            return null;
        }

        var again = _unacknowledged.Find(static batch => batch.State == OutgoingBatchState.Waiting);
        if (again is not null)
        {
            return again;
        }

        if (!_waiting.TryPeek(out var next) || _unacknowledged.Count == 0)
        {
            return next;
        }

        // A broker that knows nothing of a producer takes any sequence: were the first batch refused and the second
        // not, the second would be the log's beginning. So the first goes alone.
        if (next.Producer != _knownProducer && next.Producer.ProducerId >= 0)
        {
            return null;
        }

        // Counted from the oldest, not by how many are left: those between are in the log by now, and the oldest may
        // be, unbeknown to us. One batch too many behind it, and the broker would no longer recognise it.
        return next.Ordinal - _unacknowledged[0].Ordinal < inFlightMax ? next : null;
    }

    public void Take(OutgoingBatch batch)
    {
        if (_waiting.TryPeek(out var first) && first == batch)
        {
            _unacknowledged.Add(_waiting.Dequeue());
        }

        batch.State = OutgoingBatchState.InFlight;
        _inFlight++;
    }

    /// <summary>Judges the answer to a batch in flight; the batches that are thereby finished are added.</summary>
    /// <returns>Whether the batch has to be sent again.</returns>
    public bool OnAnswer(OutgoingBatch batch, SendResult answer, List<(OutgoingBatch, SendResult)> finished)
    {
        _inFlight--;
        if (IsToBeSentAgain(batch, answer.Error))
        {
            batch.State = OutgoingBatchState.Waiting;
            _draining = _inFlight > 0;
            return true;
        }

        var isDuplicate = answer.Error == ErrorCode.DuplicateSequenceNumber;
        Finish(batch, isDuplicate ? new SendResult(ErrorCode.None, IsDuplicate: true) : answer, finished);
        if (answer.Error == ErrorCode.None || isDuplicate)
        {
            _knownProducer = batch.Producer;
        }
        else
        {
            Refuse(batch, finished);
        }

        _draining &= _inFlight > 0;
        return false;
    }

    /// <summary>
    /// The caller has given up. A batch in flight stays until its answer, because its memory is in use; it is then
    /// taken out instead of being sent again.
    /// </summary>
    /// <returns>Whether the batch is out now.</returns>
    public bool TryCancel(OutgoingBatch batch, List<(OutgoingBatch, SendResult)> finished)
    {
        batch.IsCancelled = true;
        if (batch.State == OutgoingBatchState.Done)
        {
            return false;
        }

        if (batch.State == OutgoingBatchState.InFlight)
        {
            return false;
        }

        batch.State = OutgoingBatchState.Done;
        if (!_unacknowledged.Remove(batch))
        {
            RemoveWaiting(candidate => candidate == batch, static _ => { });
        }

        Refuse(batch, finished);
        return true;
    }

    /// <summary>A batch in flight whose request came to nothing, without an answer to judge.</summary>
    public void Return(OutgoingBatch batch)
    {
        _inFlight--;
        batch.State = OutgoingBatchState.Waiting;
        _draining = _inFlight > 0;
    }

    /// <summary>All that is unfinished, for the end of the sender.</summary>
    public List<OutgoingBatch> TakeUnfinished()
    {
        List<OutgoingBatch> unfinished = [.. _unacknowledged, .. _waiting];
        foreach (var batch in unfinished)
        {
            batch.State = OutgoingBatchState.Done;
        }

        _unacknowledged.Clear();
        _waiting.Clear();
        return unfinished;
    }

    private bool IsToBeSentAgain(OutgoingBatch batch, ErrorCode error)
    {
        switch (error)
        {
            case ErrorCode.OutOfOrderSequenceNumber:
                // An earlier batch is still to come, so this one came too early. When it is the oldest there is, the
                // log itself has a gap.
                return _unacknowledged[0] != batch;
            case ErrorCode.CorruptMessage:
                return ++batch.CorruptCount < CorruptCountMax;
            default:
                return error.IsRetriable();
        }
    }

    /// <summary>
    /// A refused batch leaves a gap in its producer's sequence: later batches of that epoch would either be refused,
    /// too, or, where the broker knows nothing of the producer, be taken and stand in the log without their
    /// predecessor. So those that were never sent are handed back. What was sent before is sent again even so: only the
    /// broker can say whether it is in the log.
    /// </summary>
    private void Refuse(OutgoingBatch refused, List<(OutgoingBatch, SendResult)> finished)
    {
        if (refused.Header.ProducerId < 0)
        {
            return;
        }

        if (_refusedProducer != refused.Producer)
        {
            _refusedProducer = refused.Producer;
            _refusedSequence = refused.Header.BaseSequence;
        }

        RemoveWaiting(batch => batch.Producer == refused.Producer, batch => finished.Add((batch, NotSent())));
    }

    private void Finish(OutgoingBatch batch, SendResult result, List<(OutgoingBatch, SendResult)> finished)
    {
        batch.State = OutgoingBatchState.Done;
        _unacknowledged.Remove(batch);
        finished.Add((batch, result));
    }

    private void RemoveWaiting(Predicate<OutgoingBatch> match, Action<OutgoingBatch> removed)
    {
        for (var left = _waiting.Count; left > 0; left--)
        {
            var batch = _waiting.Dequeue();
            if (match(batch))
            {
                batch.State = OutgoingBatchState.Done;
                removed(batch);
            }
            else
            {
                _waiting.Enqueue(batch);
            }
        }
    }
}
