using System.Buffers;
using System.Text;

namespace LogFlow.Processor.Pipeline.Tests;

public class PipelineWorkerTests
{
    private static readonly EventTimestamp Now = EventTimestamp.Parse("2024-05-01T12:00:00.000Z");

    [Fact]
    public void Filter_ConditionOnMissingField_DeadLettersTheEvent()
    {
        var batch = Run("filter { if [n] > 5 { drop { } } }", """{"m":1}""", """{"n":9}""", """{"n":1}""");

        Assert.Equal("""{"n":1,"@timestamp":"2024-05-01T12:00:00.000Z"}""", Write(Assert.Single(batch.Events)));
        Assert.Equal(1, batch.DroppedCount);
        var failed = Assert.Single(batch.Failed);
        Assert.Equal(0, failed.Event.Origin.Offset);
        Assert.Contains("[n] (missing) cannot be compared", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Filter_SetBelowAText_DeadLettersTheEvent()
    {
        var batch = Run("""filter { dissect { mapping => { "message" => "%{[a][b]} %{c}" } } }""",
            """{"a":"text","message":"1 2"}""");

        Assert.Empty(batch.Events);
        Assert.Contains("not a map", Assert.Single(batch.Failed).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Filter_Branches_KeepTheOrderOfTheBatch()
    {
        var batch = Run(
            """filter { if [n] == 2 { mutate { add_tag => "two" } } else { mutate { add_tag => "other" } } }""",
            """{"n":1}""", """{"n":2}""", """{"n":3}""", """{"n":2}""");

        Assert.Equal([1, 2, 3, 2], batch.Events.Select(e => e.Get(FieldReference.Parse("n")).Integer));
    }

    [Fact]
    public void TryRoute_Conditions_ChooseOutputs()
    {
        var registry = PluginRegistry.CreateDefault()
            .Add(new PluginSpec(PluginKind.Output, "one"))
            .Add(new PluginSpec(PluginKind.Output, "two"));
        var pipeline = Load(
            """output { one { } if [a] == "x" { two { } one { } } else if [b] > 1 { two { } } else { two { } } }""",
            registry);
        var worker = pipeline.CreateWorker();

        Assert.Equal(["one", "two", "one", "two", "two"], pipeline.Outputs.Select(output => output.Name));
        Assert.True(worker.TryRoute(Read("""{"a":"x"}"""), out var outputs, out _));
        Assert.Equal(0b00111UL, outputs.Bits);
        Assert.True(worker.TryRoute(Read("""{"b":2}"""), out outputs, out _));
        Assert.Equal(0b01001UL, outputs.Bits);
        Assert.True(worker.TryRoute(Read("""{"b":1}"""), out outputs, out _));
        Assert.Equal(0b10001UL, outputs.Bits);
        Assert.False(worker.TryRoute(Read("""{"b":"1"}"""), out _, out var error));
        Assert.Contains("guard the comparison", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Counters_AfterABatch_CountInOutAndFailures()
    {
        var pipeline = Load("""
            filter {
              grok { match => { "message" => "^%{INT:n}$" } }
              if "_grokparsefailure" in [tags] { drop { } }
            }
            """);
        var worker = pipeline.CreateWorker();
        var batch = new PipelineBatch();
        batch.Events.Add(Read("""{"message":"1"}"""));
        batch.Events.Add(Read("""{"message":"x"}"""));
        worker.Filter(batch);

        var counters = pipeline.ReadCounters();
        Assert.Equal(("grok_1", 2L, 2L, 1L, 1L), Tuple(counters[0]));
        Assert.Equal(("drop_1", 1L, 0L, 0L, 1L), Tuple(counters[1]));
    }

    [Fact]
    public void Grok_StalledPattern_IsTaggedAfterItsTimeout()
    {
        // Referring back is what only .NET's regex can do; the program that runs other patterns does not stall.
        var batch = Run(
            """filter { grok { match => { "message" => "^(a+)+\1$" } timeout_millis => 50 } }""",
            "{\"message\":\"" + new string('a', 5000) + "b\"}");

        Assert.True(Assert.Single(batch.Events).HasTag("_groktimeout"));
    }

    [Fact]
    public void Grok_UsedALot_GivesTheSameWhenCompiled()
    {
        var pipeline = Load("""filter { grok { match => { "message" => "%{IPORHOST:h} %{INT:n:int}" } } }""");
        var worker = pipeline.CreateWorker();
        for (var i = 0; i < 2000; i++)
        {
            var batch = new PipelineBatch();
            batch.Events.Add(Read("{\"message\":\"host-" + i + ".example " + i + "\"}"));
            worker.Filter(batch);
            Assert.Equal(i, batch.Events[0].Get(FieldReference.Parse("n")).Integer);
        }
    }

    [Theory]
    [InlineData("json", """{"a":1}""", 1, null)]
    [InlineData("json", """[{"a":1},{"a":2}]""", 2, null)]
    [InlineData("json", "no json", 1, "_jsonparsefailure")]
    [InlineData("json_lines", "{\"a\":1}\n\n{\"a\":2}\n", 2, null)]
    [InlineData("plain", "a\nb", 1, null)]
    [InlineData("line", "a\nb\n", 2, null)]
    public void Codec_Decode_GivesEvents(string codec, string text, int count, string? tag)
    {
        var batch = new PipelineBatch();
        Codec(codec).Decode(Encoding.UTF8.GetBytes(text), Now, batch);

        Assert.Equal(count, batch.Events.Count);
        Assert.All(batch.Events, e => Assert.Equal(tag is not null, tag is not null && e.HasTag(tag)));
    }

    [Fact]
    public void Codec_RubyDebug_PrintsFields()
    {
        var buffer = new ArrayBufferWriter<byte>();
        Codec("rubydebug").Encode(Read("""{"@timestamp":"2024-05-01T12:00:00.000Z","a":{"long":[1]}}"""), buffer);

        Assert.Equal(
            "{\n    \"@timestamp\" => 2024-05-01T12:00:00.000Z,\n             \"a\" => {\n        \"long\" => [\n"
            + "            [0] 1\n        ]\n    }\n}\n",
            Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static ICodec Codec(string name) => CodecFactory.Create(null, name, new PipelineOptions());

    private static (string Id, long In, long Out, long Failures, long Matches) Tuple(PluginCounters counters) =>
        (counters.Plugin.Id, counters.In, counters.Out, counters.Failures, counters.Matches);

    private static PipelineBatch Run(string config, params string[] events)
    {
        var batch = new PipelineBatch();
        foreach (var (index, json) in events.Index())
        {
            var source = Read(json);
            source.Origin = new EventOrigin(0, index, 0);
            batch.Events.Add(source);
        }
        Load(config).CreateWorker().Filter(batch);
        return batch;
    }

    private static CompiledPipeline Load(string text, PluginRegistry? registry = null) => CompiledPipeline.Load(
        [new PipelineSource("test.conf", text)],
        new PipelineOptions { IsEcs = false },
        registry ?? PluginRegistry.CreateDefault());

    private static Event Read(string json) => Event.FromJson(Encoding.UTF8.GetBytes(json), Now);

    private static string Write(Event source)
    {
        var buffer = new ArrayBufferWriter<byte>();
        source.WriteJson(buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
