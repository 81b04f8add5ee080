namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Takes events through a pipeline as a worker does, and writes down each step. The loop is the worker's own, so what a
/// trace says is what happens. The pipeline must be a copy that nothing else runs: filters that remember events, and
/// counters, are changed by it as by any run.
/// </summary>
public sealed class PipelineTracer(CompiledPipeline pipeline, TraceLimits limits)
{
    /// <summary>Traces the events of one input; nothing is written to any output.</summary>
    /// <param name="batch">Holds them.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    public PipelineTrace Run(PipelineBatch batch, CancellationToken cancellationToken)
    {
        var recorder = new StepRecorder(pipeline, limits, cancellationToken);
        var worker = pipeline.CreateWorker();
        worker.Context.CreatedMax = limits.Events;
        string? cut = null;
        try
        {
            batch.Events.ForEach(recorder.Add);
            worker.Filter(batch, new Observer(recorder));
            foreach (var item in batch.Events)
            {
                Route(worker, recorder.Find(item));
            }
        }
        catch (TraceLimitException limit)
        {
            cut = $"{limit.Message}: a trace goes no further";
        }
        return new PipelineTrace([.. recorder.Events.Select(static traced => traced.ToTrace())]) { CutBecause = cut };
    }

    private void Route(PipelineWorker worker, TracedEvent traced)
    {
        if (!worker.TryRoute(traced.Event, out var outputs, out var error))
        {
            traced.DeadLetter = error;
            return;
        }
        traced.Outputs =
            [.. pipeline.Outputs.Where((_, index) => outputs.Contains(index)).Select(static output => output.Id)];
    }

    /// <summary>A struct, as the worker wants it.</summary>
    private readonly struct Observer(StepRecorder recorder) : IStepObserver
    {
        public void Entering(Filter filter, PluginCounters counters, Event item) =>
            recorder.Entering(filter, counters, item);

        public void Left(Filter filter, PluginCounters counters, Event item, IReadOnlyList<Event> created) =>
            recorder.Left(filter, counters, item, created);

        public void Failed(Filter filter, Event item, string reason) => recorder.Failed(filter, item, reason);

        public void Judged(Condition condition, Event item, Verdict verdict, int step, int target) =>
            recorder.Judged(condition, item, verdict, step, target);

        public void Jumped(Event item, int step, int target) => recorder.Jumped(item, step, target);
    }
}
