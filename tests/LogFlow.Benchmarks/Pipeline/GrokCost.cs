using LogFlow.Processor.Pipeline;

namespace LogFlow.Benchmarks;

/// <summary>Lists of grok patterns of which the last matches an access line: what the others cost.</summary>
internal sealed class GrokCost
{
    private static readonly string[] Others =
    [
        "%{SYSLOGLINE}",
        "%{TIMESTAMP_ISO8601:t} %{LOGLEVEL:l} %{GREEDYDATA:m}",
        "%{SYSLOGTIMESTAMP:t} %{HOSTNAME:h} %{PROG:p}: %{GREEDYDATA:m}",
        "%{IPORHOST:c} %{WORD:w} %{NUMBER:n}",
        "%{HTTPDATE:t} %{GREEDYDATA:m}",
        "%{UUID:u} %{DATA:d} %{INT:i}",
        "%{MONTH:m} %{MONTHDAY:d} %{TIME:t} %{DATA:x}",
        "%{URI:u} %{NUMBER:ms}",
        @"\[%{DATA:a}\] %{LOGLEVEL:l} %{JAVACLASS:c}",
        "%{WORD:verb} %{URIPATHPARAM:r} %{NUMBER:b}",
    ];

    private readonly PipelineWorker _worker;
    private readonly List<byte[]> _records;
    private readonly PipelineBatch _batch = new();

    public GrokCost(List<byte[]> records, int candidates, string anchor)
    {
        _records = records;
        var patterns = Enumerable.Range(0, candidates - 1)
            .Select(number => $"'{anchor}{Others[number % Others.Length]} xyz{number}'")
            .Append($"'{anchor}%{{COMBINEDAPACHELOG}}'");
        var text = $"filter {{ grok {{ match => {{ \"message\" => [ {string.Join(", ", patterns)} ] }} }} }}";
        _worker = CompiledPipeline.Load(
                [new PipelineSource("grok", text)], new PipelineOptions(), PluginRegistry.CreateDefault())
            .CreateWorker();
    }

    /// <summary>Reads and filters all records once; nothing is written.</summary>
    public void Run()
    {
        foreach (var record in _records)
        {
            _batch.Events.Add(Event.FromJson(record, new EventTimestamp(0)));
            if (_batch.Events.Count == 100)
            {
                _worker.Filter(_batch);
                _batch.Clear();
            }
        }
    }
}
