using LogFlow.Hosting;
using LogFlow.Testing;

namespace LogFlow.Agent.Tests;

/// <summary>Parsers and processors from the file to the queue.</summary>
public sealed class StructuredEventTests
{
    [Fact]
    public async Task Json_KeysUnderRoot_BecomeFieldsOfTheEvent()
    {
        await using var harness = new AgentHarness(static config => config.Inputs[0].Json = new JsonConfig
        {
            KeysUnderRoot = true,
            OverwriteKeys = true,
            AddErrorKey = true,
            MessageKey = "msg",
        });
        harness.Append(
            "a.log",
            """{"@timestamp":"2026-01-02T03:04:05.678Z","msg":"hello","n":12345678901234567,"f":1.50,"""
            + "\"host\":{\"name\":\"h\"}}"
            + "\nnot json\n");
        await harness.StartAsync();
        await harness.FinishAsync(2);
        var events = harness.Queue.Records().ConvertAll(static record => record.Event);
        Assert.Equal("2026-01-02T03:04:05.678Z", events[0].GetProperty("@timestamp").GetString());
        Assert.Equal("hello", events[0].GetProperty("msg").GetString());
        Assert.Equal("12345678901234567", events[0].GetProperty("n").GetRawText());
        Assert.Equal("1.50", events[0].GetProperty("f").GetRawText());
        Assert.Equal("h", events[0].GetProperty("host").GetProperty("name").GetString());
        Assert.Equal("not json", events[1].GetProperty("message").GetString());
        Assert.Equal("json", events[1].GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Json_WithoutMessageKey_LiesBelowJsonAndTheEventHasNoMessage()
    {
        await using var harness = new AgentHarness(static config => config.Inputs[0].Json = new JsonConfig());
        harness.Append("a.log", "{\"a\":null,\"b\":1}\n");
        await harness.StartAsync();
        await harness.FinishAsync(1);
        var @event = harness.Queue.Records()[0].Event;
        Assert.False(@event.TryGetProperty("message", out _));
        Assert.Equal("""{"b":1}""", @event.GetProperty("json").GetRawText());
    }

    [Fact]
    public async Task Processors_InputsFirst_ThenTheAgentsFields_ThenGlobalOnes()
    {
        await using var harness = new AgentHarness(static config =>
        {
            Read(
                config.Inputs[0].Processors,
                "- drop_event: {when: {has_fields: [agent.id]}}\n- add_tags: {tags: [in]}");
            Read(config.Processors, "- drop_event: {when: {contains: {message: DBG}}}\n"
                + "- add_tags: {tags: [out], when: {has_fields: [agent.id]}}\n"
                + "- drop_fields: {fields: [agent.id, ecs]}");
        });
        harness.Append("a.log", "one\nDBG two\nthree\n");
        await harness.StartAsync();
        await harness.FinishAsync(2);
        Assert.Equal(["one", "three"], harness.Queue.Messages());
        var @event = harness.Queue.Records()[0].Event;
        Assert.Equal("""["in","out"]""", @event.GetProperty("tags").GetRawText());
        Assert.False(@event.GetProperty("agent").TryGetProperty("id", out _));
        Assert.Equal("test-host", @event.GetProperty("host").GetProperty("name").GetString());
        Assert.False(@event.TryGetProperty("ecs", out _));
        Assert.Equal(0, @event.GetProperty("log").GetProperty("offset").GetInt64());
    }

    [Fact]
    public async Task ContainerStreams_WrittenIntoEachOther_OverACrash_ArriveOnce()
    {
        await using var harness = new AgentHarness(static config => config.Inputs[0].Type = "container");
        harness.Queue.PartitionCount = 1;
        harness.Queue.TellsProducers = false;
        harness.Append("a.log", "2026-11-30T10:00:00Z stdout F first\n");
        await harness.StartAsync();
        await harness.HasAsync(1);
        harness.Queue.Freeze();
        for (var number = 0; number < 50; number++)
        {
            harness.Append(
                "a.log",
                $"2026-11-30T10:00:00Z stdout P {number} a \n2026-11-30T10:00:00Z stderr F {number} e\n"
                + $"2026-11-30T10:00:00Z stdout F b\n");
        }

        await Eventually.TrueAsync(() => harness.Queue.InSocket > 0, "sent");
        await harness.CrashAsync();
        harness.Queue.Thaw();
        await harness.StartAsync();
        await harness.FinishAsync(101);
        var expected = Enumerable.Range(0, 50)
            .SelectMany(static number => new[] { $"{number} e", $"{number} a b" }).Prepend("first");
        Assert.Equal(expected, harness.Queue.Messages());
        Assert.Equal("stderr", harness.Queue.Records()[1].Event.GetProperty("stream").GetString());
    }

    [Fact]
    public async Task DroppedLines_OverACrash_AreCountedAlike()
    {
        await using var harness = new AgentHarness(static config =>
            Read(config.Processors, "- drop_event: {when: {contains: {message: odd}}}"));
        harness.Queue.PartitionCount = 1;
        harness.Queue.TellsProducers = false;
        harness.Append("a.log", "first\n");
        await harness.StartAsync();
        await harness.HasAsync(1);
        harness.Queue.Freeze();
        for (var number = 0; number < 200; number++)
        {
            harness.Append("a.log", number % 2 == 0 ? $"even {number}\n" : $"odd {number}\n");
        }

        await Eventually.TrueAsync(() => harness.Queue.InSocket > 0, "sent");
        await harness.CrashAsync();
        harness.Queue.Thaw();
        await harness.StartAsync();
        await harness.FinishAsync(101);
        Assert.Equal(
            Enumerable.Range(0, 100).Select(static number => $"even {number * 2}").Prepend("first"),
            harness.Queue.Messages());
    }

    [Fact]
    public async Task EventBeyondABatch_IsCutAndSaysSo()
    {
        await using var harness = new AgentHarness(static config =>
        {
            config.Kafka.MaxMessageBytes = 8192;
            Read(config.Processors, "- add_tags: {tags: [x]}");
        });
        harness.Append("a.log", new string('"', 6000) + "\nshort\n");
        await harness.StartAsync();
        await harness.FinishAsync(2);
        var @event = harness.Queue.Records()[0].Event;
        Assert.StartsWith("\"\"", @event.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("""["truncated"]""", @event.GetProperty("log").GetProperty("flags").GetRawText());
        Assert.Equal("short", harness.Queue.Messages()[1]);
    }

    [Fact]
    public async Task ShiftJis_IsDecoded_AndAModuleNamesItsEvents()
    {
        await using var harness = new AgentHarness(static config =>
        {
            config.Inputs[0].Encoding = "shift_jis";
            config.Inputs[0].ModuleName = "nginx";
            config.Inputs[0].FilesetName = "access";
            config.Inputs[0].Pipeline = "p1";
        });
        File.WriteAllBytes(harness.PathOf("a.log"), [0x8A, 0xBF, 0x8E, 0x9A, 0x0A]);
        await harness.StartAsync();
        await harness.FinishAsync(1);
        Assert.Equal(["漢字"], harness.Queue.Messages());
        var @event = harness.Queue.Records()[0].Event;
        Assert.Equal("nginx.access", @event.GetProperty("event").GetProperty("dataset").GetString());
        Assert.Equal("p1", @event.GetProperty("@metadata").GetProperty("pipeline").GetString());
    }

    private static void Read(ProcessorList list, string yaml)
    {
        var indented = string.Join('\n', yaml.Split('\n').Select(static line => "  " + line));
        var document = ConfigDocument.Parse($"processors:\n{indented}\n");
        list.Read(document.Root.Find("processors")!, "processors", document.Report);
        Assert.Empty(document.Report.Errors);
    }
}
