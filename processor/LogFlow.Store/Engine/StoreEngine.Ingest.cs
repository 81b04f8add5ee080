using System.Text;
using LogFlow.Platform;

namespace LogFlow.Store;

/// <summary>Ingest: what happens under the ingest lock.</summary>
internal sealed partial class StoreEngine
{
    private readonly byte[] _topicText = new byte[DocumentId.TopicTextLength];
    private Guid _topicTextOf;

    /// <summary>Refuses claims that do not continue where the store stands; null: they do.</summary>
    private IngestOutcome? CheckClaims(BulkRequest request)
    {
        foreach (var claim in request.Claims!)
        {
            var isKnown = _positions.TryGetNext(claim.TopicId, claim.Partition, out var next);
            if (isKnown ? claim.First > next : !claim.Begins)
            {
                var name = $"{KafkaUuid.Format(claim.TopicId)}:{claim.Partition}";
                return new IngestOutcome(IngestResult.PositionGap, isKnown
                    ? $"the bulk begins at offset {claim.First} of {name}, but the store stands at {next}"
                    : $"the store has no position of {name} and the bulk does not begin it (flag b)");
            }
        }

        foreach (ref readonly var item in request.Items)
        {
            if (!item.HasQueueId || !IsCovered(request.Claims, item.QueueId))
            {
                return new IngestOutcome(IngestResult.BadClaim,
                    $"the id [{Encoding.UTF8.GetString(item.Id(request.Body.Span))}] lies in none of the ranges of "
                    + "X-LogFlow-Positions");
            }
        }

        return null;
    }

    private static bool IsCovered(PositionClaim[] claims, in DocumentId id)
    {
        foreach (var claim in claims)
        {
            if (claim.Partition == id.Partition && claim.TopicId == id.TopicId)
            {
                return id.Offset >= claim.First && id.Offset < claim.Next;
            }
        }

        return false;
    }

    private void Advance(PositionClaim[] claims, TailGeneration generation)
    {
        foreach (var claim in claims)
        {
            var isKnown = _positions.TryGetNext(claim.TopicId, claim.Partition, out var next);
            if (!isKnown || claim.Next > next)
            {
                _positions.Advance(claim.TopicId, claim.Partition, claim.Next);
                MarkDirty(generation);
            }
        }
    }

    private void AddAll(BulkRequest request)
    {
        var body = request.Body.Span;
        Dictionary<(Guid, int), long>? standing = null;
        if (request.Claims is not null)
        {
            standing = [];
            foreach (var claim in request.Claims)
            {
                var isKnown = _positions.TryGetNext(claim.TopicId, claim.Partition, out var next);
                standing[(claim.TopicId, claim.Partition)] = isKnown ? next : claim.First;
            }
        }

        var generation = _tail.Generation;
        using var stored = standing is null ? new IdIndex(_segments.Acquire().Segments, ReportCorrupt) : null;
        var added = 0;
        var duplicates = 0;
        foreach (ref var item in request.Items)
        {
            item.Status = standing is null
                ? AddForeign(body, ref item, generation, stored!)
                : item.QueueId.Offset < standing[(item.QueueId.TopicId, item.QueueId.Partition)]
                    ? (short)409
                    : Add(body, ref item, generation);
            added += item.Status == 201 ? 1 : 0;
            duplicates += item.Status == 409 ? 1 : 0;
        }

        _metrics.Record(added, duplicates, request.Count - added - duplicates);
    }

    /// <summary>An item of a sender that keeps no positions: Elasticsearch's rules for ids.</summary>
    private short AddForeign(
        ReadOnlySpan<byte> body, ref BulkItem item, TailGeneration generation, IdIndex stored)
    {
        if (item.Operation is not (BulkOperation.Create or BulkOperation.Index) || !item.HasId)
        {
            return Add(body, ref item, generation);
        }

        var id = item.Id(body);
        if (id.Length > 512)
        {
            item.Problem = new DocumentProblem("illegal_argument_exception",
                $"id is too long, must be no longer than 512 bytes but was: {id.Length}");
            return 400;
        }

        var hash = new UInt128(Hash64.Compute(id), IdHash.Second(id));
        if (generation.ExplicitIds.Contains(hash) || _sealing?.ExplicitIds.Contains(hash) == true
            || IsStored(item, id, stored))
        {
            return 409;
        }

        var status = Add(body, ref item, generation);
        if (status == 201)
        {
            generation.ExplicitIds.Add(hash);
        }

        return status;
    }

    private bool IsStored(in BulkItem item, ReadOnlySpan<byte> id, IdIndex stored)
    {
        if (!item.HasQueueId)
        {
            return stored.Contains(id);
        }

        return (_positions.TryGetNext(item.QueueId.TopicId, item.QueueId.Partition, out var next)
                && item.QueueId.Offset < next)
            || stored.Contains(item.QueueId);
    }

    private short Add(ReadOnlySpan<byte> body, ref BulkItem item, TailGeneration generation)
    {
        if (item.Operation is BulkOperation.Delete or BulkOperation.Update)
        {
            item.Problem = new DocumentProblem("illegal_argument_exception",
                "only write ops with an op_type of create are allowed in data streams");
            return 400;
        }

        if (item.Index!.Problem is { } problem)
        {
            item.Problem = new DocumentProblem("invalid_index_name_exception", problem);
            return 400;
        }

        var identity = new RowIdentity { Sequence = _nextSequence, Index = item.Index.Utf8 };
        if (item.HasQueueId)
        {
            identity.HasQueueId = true;
            identity.QueueId = item.QueueId;
            identity.Topic = GetTopicText(item.QueueId.TopicId);
        }
        else if (item.HasId)
        {
            identity.ExplicitId = item.Id(body);
        }

        if (!_tail.TryAdd(body.Slice(item.DocumentStart, item.DocumentLength), identity, ClampDay))
        {
            item.Problem = _tail.Problem;
            return 400;
        }

        item.Sequence = _nextSequence++;
        MarkDirty(generation);
        return 201;
    }

    private ReadOnlySpan<byte> GetTopicText(Guid topicId)
    {
        if (topicId != _topicTextOf || topicId == default)
        {
            Encoding.ASCII.GetBytes(KafkaUuid.Format(topicId), _topicText);
            _topicTextOf = topicId;
        }

        return _topicText;
    }

    /// <summary>
    /// The folder's day: that of the document's time, unless retention would delete it at once or it lies in the
    /// future; those documents are kept as long as if they had been written today.
    /// </summary>
    private long ClampDay(long day)
    {
        var today = _time.GetUtcNow().ToUnixTimeMilliseconds() / TimeText.MsPerDay;
        var isExpired = _options.RetentionDays > 0 && day <= today - _options.RetentionDays;
        return isExpired || day > today + 1 || day < 0 ? today : day;
    }

    private void MarkDirty(TailGeneration generation)
    {
        if (!generation.IsDirty)
        {
            generation.IsDirty = true;
            generation.DirtySince = _time.GetTimestamp();
            _sealWanted.Release();
        }
    }
}
