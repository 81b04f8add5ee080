using System.Text;
using LogFlow.Platform;

namespace LogFlow.Store;

/// <summary>Ingest: what happens in the ingest turn.</summary>
internal sealed partial class StoreEngine
{
    private const int IdLengthMax = 512;

    private readonly byte[] _topicText = new byte[DocumentId.TopicTextLength];
    private Guid _topicTextOf;

    /// <summary>In the ingest turn: the request brought documents that no position will bring again.</summary>
    private bool _hasAddedBelow;

    /// <summary>Blocks that were read to tell whether an id is stored: none for ids that are new.</summary>
    public long IdBlocksRead { get; private set; }

    /// <summary>
    /// Takes a bulk in and publishes it, in the ingest turn; not null: it is refused, and nothing changed.
    /// </summary>
    private IngestOutcome? TakeIn(BulkItems request)
    {
        // The ids of this one state: those of a generation that becomes segments meanwhile stay where they are in it.
        var state = RetainState();
        BulkOrigin origin;
        ForeignItems? foreign;
        try
        {
            origin = new BulkOrigin(request.Claims, state.Positions, _found);
            if (CheckClaims(request, state.Positions, origin) is { } refused)
            {
                return refused;
            }

            foreign = LookUp(request, origin, state);
        }
        finally
        {
            state.Segments.Release();
        }

        try
        {
            AddAll(request, origin, foreign);
            PublishTail(request.Claims);
            return null;
        }
        catch (Exception error)
        {
            // Documents without their positions would come again from the queue and be doubled: nothing of this
            // tail may become durable.
            Fail(error);
            throw;
        }
    }

    private void PublishTail(PositionClaim[]? claims)
    {
        var parts = _tail.GetParts();
        var isMoved = false;
        Publish(newest =>
        {
            var positions = claims is null ? newest.Positions : newest.Positions.Advance(claims);
            isMoved = !ReferenceEquals(positions, newest.Positions);
            return newest.With(tail: parts, positions: positions);
        });
        _tail.OnPublished();
        if (isMoved)
        {
            MarkDirty(_tail.Generation);
        }
    }

    /// <summary>Refuses claims that do not continue where the store stands; null: they do.</summary>
    private static IngestOutcome? CheckClaims(BulkItems request, PositionTable positions, BulkOrigin origin)
    {
        foreach (var claim in request.Claims ?? [])
        {
            var isKnown = positions.TryGetNext(claim.TopicId, claim.Partition, out var next);
            if (isKnown ? claim.First > next : !claim.Begins)
            {
                var name = $"{KafkaUuid.Format(claim.TopicId)}:{claim.Partition}";
                return new IngestOutcome(IngestResult.PositionGap, isKnown
                    ? $"the bulk begins at offset {claim.First} of {name}, but the store stands at {next}"
                    : $"the store has no position of {name} and the bulk does not begin it (flag b)");
            }

            if (!isKnown && positions.Count >= PositionTable.CountMax)
            {
                return new IngestOutcome(IngestResult.BadClaim,
                    $"the store keeps the positions of {PositionTable.CountMax} partitions and takes no more");
            }
        }

        foreach (ref readonly var item in request.Items)
        {
            if (origin.IsWrong(item))
            {
                return new IngestOutcome(IngestResult.BadClaim,
                    $"the id [{Encoding.UTF8.GetString(item.Id(request.Body.Span))}] lies in none of the ranges of "
                    + "X-LogFlow-Positions");
            }
        }

        return null;
    }

    /// <summary>
    /// Decides which items are stored already; null: none of them has to be asked for. Changes nothing.
    /// </summary>
    private ForeignItems? LookUp(BulkItems request, BulkOrigin origin, StoreState state)
    {
        ForeignItems? foreign = null;
        IdLookup? lookup = null;
        IReadOnlyList<MemoryBlock>? memory = null;
        var generation = _tail.Generation;
        for (var i = 0; i < request.Count; i++)
        {
            ref var item = ref request.Items[i];
            if (!NeedsLookup(item, origin))
            {
                continue;
            }

            foreign ??= new ForeignItems(request.Count);
            lookup ??= new IdLookup(request, state.Segments, _idFilters, ReportCorrupt);
            var hash = IdHash.Of(item.Index!.Hash, item.Id(request.Body.Span));
            foreign.Hashes[i] = hash;
            if (generation.Ids.Contains(hash) || state.Sealing?.Ids.Contains(hash) == true)
            {
                foreign.IsStored[i] = true;
            }
            else if (!item.HasQueueId)
            {
                lookup.AskExplicit(i, hash);
            }
            else
            {
                lookup.AskQueueId(
                    i,
                    IsBelowPosition(item.QueueId, state) ? memory ??= ViewMemory(state) : [],
                    origin.IsCovered(item, out _));
            }
        }

        if (lookup is not null)
        {
            lookup.Answer(foreign!.IsStored);
            IdBlocksRead += lookup.BlocksRead;
        }

        return foreign;
    }

    /// <summary>The blocks in memory of the newest state: in the ingest turn no other one takes its place.</summary>
    private List<MemoryBlock> ViewMemory(StoreState state) =>
        TryViewMemory(state) ?? throw new InvalidOperationException("the newest state is gone");

    private static bool NeedsLookup(in BulkItem item, BulkOrigin origin) =>
        item is { HasId: true, RefusedStatus: 0, Operation: BulkOperation.Create or BulkOperation.Index }
        && (item.HasQueueId || item.IdLength <= IdLengthMax)
        && (!origin.IsCovered(item, out var isBelow) || isBelow);

    /// <summary>
    /// Below its position a document may have come under the position, and then no set of ids has it.
    /// </summary>
    private static bool IsBelowPosition(in DocumentId id, StoreState state) =>
        state.Positions.TryGetNext(id.TopicId, id.Partition, out var next) && id.Offset < next;

    private void AddAll(BulkItems request, BulkOrigin origin, ForeignItems? foreign)
    {
        var body = request.Body.Span;
        var generation = _tail.Generation;
        var added = 0;
        var duplicates = 0;
        _hasAddedBelow = false;
        for (var i = 0; i < request.Count; i++)
        {
            ref var item = ref request.Items[i];
            var isNew = origin.IsCovered(item, out var isBelow) && !isBelow;
            item.Status = item.RefusedStatus != 0 ? item.RefusedStatus
                : isNew ? Add(body, ref item, generation)
                : AddForeign(body, ref item, generation, foreign, i);
            _hasAddedBelow |= !isNew && item.Status == 201;
            added += item.Status == 201 ? 1 : 0;
            duplicates += item.Status == 409 ? 1 : 0;
        }

        _metrics.Record(added, duplicates, request.Count - added - duplicates);
    }

    /// <summary>
    /// An item that came without its position, or below it: Elasticsearch's rules for ids. A position alone would not
    /// do: it says that an offset was dealt with, and that may have been a refusal whose dead letter a crash, or a lost
    /// answer, has kept from being written. Sent again, it must be refused again.
    /// </summary>
    private short AddForeign(
        ReadOnlySpan<byte> body, ref BulkItem item, TailGeneration generation, ForeignItems? foreign, int index)
    {
        if (item.Operation is not (BulkOperation.Create or BulkOperation.Index) || !item.HasId)
        {
            return Add(body, ref item, generation);
        }

        var length = item.Id(body).Length;
        if (length > IdLengthMax)
        {
            item.Problem = new DocumentProblem("illegal_argument_exception",
                $"id is too long, must be no longer than {IdLengthMax} bytes but was: {length}");
            return 400;
        }

        var hash = foreign!.Hashes[index];
        if (foreign.IsStored[index] || generation.Ids.Contains(hash))
        {
            return 409;
        }

        var status = Add(body, ref item, generation);
        if (status == 201)
        {
            generation.Ids.Add(hash);
        }

        return status;
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
            generation.DirtySince = _time.GetTimestamp();
            generation.IsDirty = true;
            _sealWanted.Release();
        }
    }

    /// <summary>What a look at the ids found out, by the item's index.</summary>
    private sealed class ForeignItems(int count)
    {
        public UInt128[] Hashes { get; } = new UInt128[count];

        public bool[] IsStored { get; } = new bool[count];
    }
}
