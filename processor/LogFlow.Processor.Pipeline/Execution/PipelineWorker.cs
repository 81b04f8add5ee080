using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Runs a pipeline for one worker: takes batches through the filters and says which outputs an event goes to.
/// Not thread-safe; make one per worker.
/// </summary>
public sealed class PipelineWorker
{
    // Reading the clock twice per filter and event would cost more than a simple filter; every sixteenth event is
    // timed.
    private const int TimedEventsInterval = 16;

    private readonly CompiledPipeline _pipeline;
    private readonly FilterContext _context;
    private readonly PluginCounters[] _counters;
    private readonly List<Event> _results = [];
    private readonly List<(Event Event, int Step)> _pending = [];
    private int _untimedCount;

    internal PipelineWorker(CompiledPipeline pipeline)
    {
        _pipeline = pipeline;
        _context = new FilterContext(pipeline.Options.Time);
        _counters = [.. pipeline.Filters.Select(filter => new PluginCounters(filter.Node))];
    }

    /// <summary>What each filter did in this worker; any thread may read.</summary>
    public IReadOnlyList<PluginCounters> Counters => _counters;

    /// <summary>What filters get; a trace bounds what they may make.</summary>
    internal FilterContext Context => _context;

    /// <summary>Takes a batch through the filters, in place.</summary>
    public void Filter(PipelineBatch batch) => Filter(batch, default(NoObserver));

    /// <summary>The same, and somebody is told of each step.</summary>
    internal void Filter<TObserver>(PipelineBatch batch, TObserver observer)
        where TObserver : struct, IStepObserver
    {
        if (_pipeline.FilterProgram.Length == 0)
        {
            return;
        }
        _results.Clear();
        var events = batch.Events;
        for (var i = 0; i < events.Count;)
        {
            // The events of one record (a codec may have found several) share the numbering of parts.
            var origin = events[i].Origin;
            var end = i;
            var part = 0;
            while (end < events.Count && IsSameRecord(events[end].Origin, origin))
            {
                part = Math.Max(part, events[end].Origin.Part);
                end++;
            }
            for (; i < end; i++)
            {
                Run(events[i], batch, ref part, observer);
            }
        }
        events.Clear();
        events.AddRange(_results);
        _results.Clear();
    }

    /// <summary>The outputs an event goes to.</summary>
    /// <returns>False when a condition could not be judged; then the event belongs to the dead letters.</returns>
    public bool TryRoute(Event source, out OutputSet outputs, [NotNullWhen(false)] out string? error)
    {
        var program = _pipeline.OutputProgram;
        var bits = 0UL;
        var step = 0;
        while (step < program.Length)
        {
            ref readonly var instruction = ref program[step];
            if (instruction.Output >= 0)
            {
                bits |= 1UL << instruction.Output;
                step++;
                continue;
            }
            if (instruction.Condition is not { } condition)
            {
                step = instruction.Target;
                continue;
            }
            var verdict = condition.Evaluate(source);
            if (verdict == Verdict.Error)
            {
                outputs = default;
                error = condition.DescribeError(source);
                return false;
            }
            step = verdict == Verdict.True ? step + 1 : instruction.Target;
        }
        outputs = new OutputSet(bits);
        error = null;
        return true;
    }

    private static bool IsSameRecord(EventOrigin a, EventOrigin b) =>
        a.Partition == b.Partition && a.Offset == b.Offset;

    private void Run<TObserver>(Event first, PipelineBatch batch, ref int part, TObserver observer)
        where TObserver : struct, IStepObserver
    {
        var isTimed = ++_untimedCount >= TimedEventsInterval;
        if (isTimed)
        {
            _untimedCount = 0;
        }
        _pending.Clear();
        _pending.Add((first, 0));
        // Last in, first out, and newcomers are pushed in reverse: each event's children follow it directly.
        while (_pending.Count > 0)
        {
            var (current, step) = _pending[^1];
            _pending.RemoveAt(_pending.Count - 1);
            RunFrom(current, step, batch, isTimed, ref part, observer);
        }
    }

    private void RunFrom<TObserver>(
        Event current, int step, PipelineBatch batch, bool isTimed, ref int part, TObserver observer)
        where TObserver : struct, IStepObserver
    {
        var program = _pipeline.FilterProgram;
        while (step < program.Length)
        {
            ref readonly var instruction = ref program[step];
            if (instruction.Filter is { } filter)
            {
                step++;
                observer.Entering(filter, _counters[instruction.Index], current);
                if (!Apply(filter, _counters[instruction.Index], current, batch, isTimed))
                {
                    observer.Failed(filter, current, batch.Failed[^1].Reason);
                    return;
                }
                observer.Left(filter, _counters[instruction.Index], current, _context.Created);
                var created = _context.Created.Count;
                if (created > 0)
                {
                    TakeCreated(current, step, ref part);
                }
                if (current.IsCancelled && created == 0)
                {
                    batch.DroppedCount++;
                    return;
                }
                // An event that others replace (split) is not dropped: it is one of them.
                batch.CreatedCount += current.IsCancelled ? created - 1 : created;
                if (current.IsCancelled)
                {
                    return;
                }
                continue;
            }
            if (instruction.Condition is not { } condition)
            {
                observer.Jumped(current, step, instruction.Index);
                step = instruction.Index;
                continue;
            }
            var verdict = condition.Evaluate(current);
            observer.Judged(condition, current, verdict, step, instruction.Index);
            if (verdict == Verdict.Error)
            {
                batch.Failed.Add(new FailedEvent(current, "if", condition.DescribeError(current)));
                return;
            }
            step = verdict == Verdict.True ? step + 1 : instruction.Index;
        }
        _results.Add(current);
    }

    private bool Apply(Filter filter, PluginCounters counters, Event current, PipelineBatch batch, bool isTimed)
    {
        counters.InCount++;
        _context.Counters = counters;
        var start = isTimed ? Stopwatch.GetTimestamp() : 0;
        try
        {
            filter.Apply(current, _context);
        }
        catch (Exception e)
        {
            // Whatever goes wrong with one event must not stop the others, nor lose this one.
            counters.FailureCount++;
            _context.Created.Clear();
            batch.Failed.Add(new FailedEvent(current, filter.Node.Id, e.Message));
            return false;
        }
        if (isTimed)
        {
            counters.ElapsedTicks += (Stopwatch.GetTimestamp() - start) * TimedEventsInterval;
        }
        counters.OutCount += (current.IsCancelled ? 0 : 1) + _context.Created.Count;
        return true;
    }

    private void TakeCreated(Event parent, int step, ref int part)
    {
        var created = _context.Created;
        foreach (var child in created)
        {
            child.Origin = parent.Origin with { Part = ++part };
        }
        for (var i = created.Count - 1; i >= 0; i--)
        {
            _pending.Add((created[i], step));
        }
        created.Clear();
    }
}
