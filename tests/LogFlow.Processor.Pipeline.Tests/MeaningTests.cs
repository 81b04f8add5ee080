using System.Text;

namespace LogFlow.Processor.Pipeline.Tests;

/// <summary>What a configuration means in Logstash it means here, where no vector says so.</summary>
public sealed class MeaningTests
{
    [Theory]
    [InlineData("UTC", "2024-07-01T12:00:00Z")]
    [InlineData("America/New_York", "2024-07-01T16:00:00Z")]
    [InlineData("Asia/Kolkata", "2024-07-01T06:30:00Z")]
    public void Date_WithoutAZone_IsInTheMachines(string zone, string expected)
    {
        var options = new PipelineOptions { TimeZone = TimeZoneInfo.FindSystemTimeZoneById(zone) };

        var dated = Run(
            "date { match => [\"t\", \"yyyy-MM-dd HH:mm:ss\"] }", """{"t":"2024-07-01 12:00:00"}""", options);
        Assert.Contains($"\"@timestamp\":\"{expected[..^1]}.000Z\"", dated, StringComparison.Ordinal);
        var named = Run(
            "date { match => [\"t\", \"yyyy-MM-dd HH:mm:ss\"] timezone => \"UTC\" }", """{"t":"2024-07-01 12:00:00"}""",
            options);
        Assert.Contains("\"@timestamp\":\"2024-07-01T12:00:00.000Z\"", named, StringComparison.Ordinal);
        var converted = Run(
            "csv { source => \"t\" columns => [\"d\"] convert => { \"d\" => \"date_time\" } }",
            """{"t":"2024-07-01T12:00:00"}""", options);
        Assert.Contains($"\"d\":\"{expected[..^1]}", converted, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""csv { columns => ["a","b"] }""", """{"message":"1,2\n3,4"}""", "\"a\":\"1\",\"b\":\"2\"")]
    [InlineData(
        """csv { columns => ["a","b"] }""", """{"message":"\"x\ny\",2\r\n3"}""", "\"a\":\"x\\ny\",\"b\":\"2\"")]
    [InlineData(
        """prune { interpolate => true blacklist_names => ["^%{z}$", "^z$"] }""", """{"q":1,"x":2,"z":"q"}""",
        "{\"x\":2,\"@timestamp\"")]
    [InlineData("""truncate { fields => "a" length_bytes => 3 add_tag => "cut" }""", """{"a":"abcd"}""", "\"cut\"")]
    [InlineData("""syslog_pri { syslog_pri_field_name => "p" use_labels => false }""", """{"p":"200"}""",
        "\"facility\":{\"code\":25}")]
    [InlineData("""syslog_pri { syslog_pri_field_name => "p" use_labels => false }""", """{"p":"none"}""",
        "\"severity\":{\"code\":0}")]
    public void Filter_OfASmallKind_DoesAsThePlugin(string filter, string json, string part) =>
        Assert.Contains(part, Run(filter, json), StringComparison.Ordinal);

    [Theory]
    [InlineData("""truncate { fields => "a" length_bytes => 9 add_tag => "cut" }""", """{"a":"abcd"}""", "cut")]
    [InlineData(
        """grok { break_on_match => false match => { "message" => ["%{WORD:a}", "x%{INT:b}"] } add_tag => "ok" }""",
        """{"message":"word"}""", "\"ok\"")]
    public void Filter_ThatDidNothing_IsNoSuccess(string filter, string json, string part) =>
        Assert.DoesNotContain(part, Run(filter, json), StringComparison.Ordinal);

    [Theory]
    [InlineData("", 0)]
    [InlineData(" \t\n", 0)]
    [InlineData("[]", 0)]
    [InlineData("[{},{}]", 2)]
    [InlineData("[1]", 1)]
    public void JsonCodec_OfNothing_MakesNoEvent(string text, int count)
    {
        var pipeline = CompiledPipeline.Load(
            [new PipelineSource("test", "input { any { codec => json } }")], new PipelineOptions(),
            PluginRegistry.CreateDefault().Add(new PluginSpec(PluginKind.Input, "any")));
        var batch = new PipelineBatch();

        pipeline.CreateCodec(pipeline.Inputs[0], "plain").Decode(Encoding.UTF8.GetBytes(text), default, batch);

        Assert.Equal(count, batch.Events.Count);
    }

    private static string Run(string filter, string json, PipelineOptions? options = null)
    {
        var pipeline = CompiledPipeline.Load(
            [new PipelineSource("test", $"filter {{ {filter} }}")], options ?? new PipelineOptions(),
            PluginRegistry.CreateDefault());
        var batch = new PipelineBatch();
        batch.Events.Add(Event.FromJson(Encoding.UTF8.GetBytes(json), default));
        pipeline.CreateWorker().Filter(batch);
        return Assert.Single(batch.Events).ToString();
    }
}
