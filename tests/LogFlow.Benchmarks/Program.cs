using BenchmarkDotNet.Running;
using LogFlow.Benchmarks;

// Macro benchmarks have names of their own; whatever else is asked for goes to BenchmarkDotNet (--filter '*Grok*').
return args switch
{
    ["pipeline", .. var rest] => await PipelineBenchmark.RunAsync(rest),
    ["queue", .. var rest] => await QueueBenchmark.RunAsync(rest),
    ["bulk", .. var rest] => await BulkBenchmark.RunAsync(rest),
    ["cost", .. var rest] => await CostBenchmark.RunAsync(rest),
    ["soak", .. var rest] => await SoakBenchmark.RunAsync(rest),
    ["queries", .. var rest] => await QueriesBenchmark.RunAsync(rest),
    ["ids", .. var rest] => await IdsBenchmark.RunAsync(rest),
    _ => BenchmarkSwitcher.FromAssembly(typeof(PipelineBenchmark).Assembly).Run(args).Any() ? 0 : 1,
};
