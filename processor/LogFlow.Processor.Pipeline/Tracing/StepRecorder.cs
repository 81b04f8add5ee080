namespace LogFlow.Processor.Pipeline;

/// <summary>Writes down what a worker does, and ends the run where it goes further than a trace may.</summary>
internal sealed class StepRecorder(
    CompiledPipeline pipeline, TraceLimits limits, CancellationToken cancellationToken)
{
    private readonly Dictionary<Event, TracedEvent> _byEvent = new(ReferenceEqualityComparer.Instance);
    private readonly FailureContext _failures = new(pipeline.Options);
    private readonly long _started = pipeline.Options.Time.GetTimestamp();
    private int _stepCount;

    // The filter that runs: the event before it, and its counters.
    private Event? _before;
    private EventSnapshot? _snapshot;
    private long _matchCount;
    private long _failureCount;

    /// <summary>The events in the order in which they came to be.</summary>
    public List<TracedEvent> Events { get; } = [];

    /// <summary>An event that the run begins with.</summary>
    public void Add(Event item) => Add(item, madeBy: null, behind: Events.Count);

    /// <summary>What is known of an event.</summary>
    public TracedEvent Find(Event item) => _byEvent[item];

    public void Entering(Filter filter, PluginCounters counters, Event item)
    {
        Count();
        _before = item.Clone();
        _snapshot = EventSnapshot.Of(item);
        _matchCount = counters.Matches;
        _failureCount = counters.Failures;
        CheckGrowth(filter.Node, _snapshot.Length);
    }

    public void Left(Filter filter, PluginCounters counters, Event item, IReadOnlyList<Event> created)
    {
        var after = EventSnapshot.Of(item);
        var changes = _snapshot!.ChangesTo(after);
        var added = _snapshot.TagsAddedBy(after);
        var removed = after.TagsAddedBy(_snapshot);
        var hasFailed = counters.Failures > _failureCount;
        var outcome = item.IsCancelled ? (created.Count > 0 ? TraceOutcome.Replaced : TraceOutcome.Dropped)
            : hasFailed ? TraceOutcome.Failed
            : changes.Count > 0 ? TraceOutcome.Changed
            : added.Count + removed.Count > 0 ? TraceOutcome.Tagged
            : counters.Matches > _matchCount ? TraceOutcome.Matched
            : TraceOutcome.Unchanged;
        _byEvent[item].Steps.Add(new TraceStep(filter.Node.Span, filter.Node.Name, outcome)
        {
            Changes = changes,
            TagsAdded = added,
            TagsRemoved = removed,
            CreatedCount = created.Count,
            Reason = hasFailed ? filter.ExplainFailure(_before!, _failures) : null,
        });
        var behind = Events.IndexOf(_byEvent[item]) + 1;
        foreach (var child in created)
        {
            Add(child, filter.Node.Id, behind++);
        }
        if (after.Length > limits.EventLength)
        {
            throw new TraceLimitException(
                $"the event has more than {limits.EventLength / 1024} KB behind {filter.Node.Id}");
        }
    }

    public void Failed(Filter filter, Event item, string reason)
    {
        var traced = _byEvent[item];
        traced.DeadLetter = reason;
        traced.Steps.Add(new TraceStep(filter.Node.Span, filter.Node.Name, TraceOutcome.DeadLettered)
        {
            Reason = new FailureReason(reason),
        });
    }

    public void Judged(Condition condition, Event item, Verdict verdict, int step, int target)
    {
        Count();
        var traced = _byEvent[item];
        var reason = verdict == Verdict.Error ? condition.DescribeError(item) : null;
        traced.DeadLetter = reason;
        traced.Steps.Add(new TraceStep(condition.Span, "if", verdict switch
        {
            Verdict.True => TraceOutcome.True,
            Verdict.False => TraceOutcome.False,
            _ => TraceOutcome.DeadLettered,
        })
        {
            Operands =
            [
                .. condition.Operands.Where(static operand => operand.Field is not null)
                    .DistinctBy(static operand => operand.Field!.Text)
                    .Select(operand => new TracedOperand(operand.Field!.Text, Show(operand.Of(item)))),
            ],
            Skipped = verdict == Verdict.False ? FiltersBetween(step + 1, target) : [],
            Reason = reason is null ? null : new FailureReason(reason),
        });
    }

    public void Jumped(Event item, int step, int target)
    {
        var skipped = FiltersBetween(step + 1, target);
        if (skipped.Count > 0)
        {
            _byEvent[item].Steps.Add(new TraceStep(skipped[0].Span, "else", TraceOutcome.Skipped)
            {
                Skipped = skipped,
            });
        }
    }

    private static string? Show(EventValue value) => value.IsMissing ? null : EventJson.ToJsonString(value);

    private void Add(Event item, string? madeBy, int behind)
    {
        if (Events.Count == limits.Events)
        {
            throw new TraceLimitException($"more than {limits.Events} events");
        }
        var traced = new TracedEvent(item, madeBy);
        _byEvent[item] = traced;
        Events.Insert(behind, traced);
    }

    private List<PluginNode> FiltersBetween(int start, int end) =>
        [.. pipeline.FilterProgram[start..end].Select(static step => step.Filter?.Node).OfType<PluginNode>()];

    private void Count()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (++_stepCount > limits.Steps)
        {
            throw new TraceLimitException($"more than {limits.Steps} steps");
        }
        if (pipeline.Options.Time.GetElapsedTime(_started) > limits.Duration)
        {
            throw new TraceLimitException($"it takes longer than {limits.Duration.TotalSeconds} s");
        }
    }

    private void CheckGrowth(PluginNode node, long length)
    {
        if (StatementGrowth.Of(node) * length > limits.GrownLength)
        {
            throw new TraceLimitException(
                $"{node.Id} could make more than {limits.GrownLength >> 20} MB of this event");
        }
    }
}
