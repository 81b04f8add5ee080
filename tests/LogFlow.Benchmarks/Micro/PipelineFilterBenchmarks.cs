using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Benchmarks;

/// <summary>
/// Events through filters: from a record's JSON bytes to the JSON bytes of the bulk body, on one core. The records are
/// what the agent sends: an access line in <c>message</c> between fields nobody touches.
/// </summary>
[MemoryDiagnoser]
public class PipelineFilterBenchmarks
{
    private const int EventsCount = 1000;

    private static readonly Dictionary<string, string> Configs = new()
    {
        ["none"] = "filter { mutate { } }",
        ["grok"] = """filter { grok { match => { "message" => "%{COMBINEDAPACHELOG}" } } }""",
        ["access"] = """
            filter {
              grok { match => { "message" => "%{COMBINEDAPACHELOG}" } }
              date { match => ["timestamp", "dd/MMM/yyyy:HH:mm:ss Z"] remove_field => ["timestamp"] }
              mutate {
                convert => { "response" => "integer" "bytes" => "integer" }
                rename => { "clientip" => "[source][address]" }
                add_field => { "[event][dataset]" => "apache.access" }
              }
            }
            """,
        ["dissect"] = """
            filter {
              dissect { mapping => { "message" =>
                '%{ip} %{id} %{user} [%{time}] "%{verb} %{url} HTTP/%{v}" %{code} %{bytes} "%{ref}" "%{ua}"' } }
            }
            """,
    };

    private readonly PipelineBatch _batch = new();
    private readonly ArrayBufferWriter<byte> _output = new(1 << 20);
    private byte[][] _records = [];
    private PipelineWorker _worker = null!;

    /// <summary>The pipeline.</summary>
    [Params("none", "grok", "access", "dissect")]
    public string Pipeline { get; set; } = "none";

    /// <summary>Makes the records and compiles the pipeline.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var pipeline = CompiledPipeline.Load(
            [new PipelineSource("benchmark", Configs[Pipeline])],
            new PipelineOptions { IsEcs = false },
            PluginRegistry.CreateDefault());
        foreach (var grok in pipeline.Filters.OfType<GrokFilter>())
        {
            grok.CompileNow();
        }
        _worker = pipeline.CreateWorker();
        _records = [.. Enumerable.Range(0, EventsCount).Select(CreateRecord)];
    }

    /// <summary>One batch of a thousand events; the time is per event.</summary>
    [Benchmark(OperationsPerInvoke = EventsCount)]
    public int FilterBatch()
    {
        _batch.Clear();
        _output.ResetWrittenCount();
        foreach (var record in _records)
        {
            _batch.Events.Add(Event.FromJson(record, default));
        }
        _worker.Filter(_batch);
        foreach (var result in _batch.Events)
        {
            result.WriteJson(_output);
        }
        return _output.WrittenCount;
    }

    private static byte[] CreateRecord(int number)
    {
        var line = $"10.0.{number % 256}.{number % 199} - - [20/May/2015:19:05:{number % 60:00} +0000] "
            + $"\\\"GET /blog/{number}/page.html HTTP/1.1\\\" 200 {number * 7} "
            + $"\\\"http://www.example.com/from/{number}\\\" "
            + "\\\"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
            + "Chrome/33.0.1750.91 Safari/537.36\\\"";
        return Encoding.UTF8.GetBytes(
            $"{{\"@timestamp\":\"2024-05-01T12:00:00.123Z\",\"message\":\"{line}\","
            + $"\"log\":{{\"file\":{{\"path\":\"/var/log/apache2/access.log\"}},\"offset\":{number * 240}}},"
            + "\"host\":{\"name\":\"web-01\"},\"agent\":{\"id\":\"f3b1c1de-0000-4c4c-8a8a-123456789abc\","
            + "\"name\":\"web-01\",\"type\":\"logflow\",\"version\":\"0.1.0\"},"
            + "\"input\":{\"type\":\"filestream\"},\"ecs\":{\"version\":\"8.0.0\"}}");
    }
}
