using System.Text;
using LogFlow.Testing;

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
    [InlineData("""address_field => "ips" network => "10.0.0.0/8" """, """{"ips":["1.2.3.4","10.1.1.1"]}""", true)]
    [InlineData("""address_field => "ips" network => "10.0.0.0/8" """, """{"ips":"1.2.3.4"}""", false)]
    [InlineData("""address => "%{ip}" network => "%{nets}" """, """{"ip":"::1","nets":"10.0.0.0/8, ::1/128"}""", true)]
    [InlineData("""address => "%{ip}" network => "10.0.0.0/8,192.168.0.0/16" """, """{"ip":"192.168.7.7"}""", true)]
    public void Cidr_TakesFieldsAndLists(string options, string json, bool isInside) =>
        Assert.Equal(isInside, Run($"cidr {{ {options} add_tag => \"inside\" }}", json).Contains(
            "inside", StringComparison.Ordinal));

    [Theory]
    [InlineData("""cidr { address => "1.2.3.4" address_field => "a" network => "10.0.0.0/8" }""", "address_field")]
    [InlineData("""cidr { address => "1.2.3.4" network => "10.0.0.0/8" network_path => "/none" }""", "network_path")]
    [InlineData("""translate { field => "a" source => "b" dictionary => { "x" => "y" } }""", "former name")]
    [InlineData("""translate { dictionary => { "x" => "y" } }""", "source")]
    [InlineData("""bytes { target => "t" conversion_method => "metric" prefix_system => "metric" }""", "leave out")]
    public void Options_ThatExcludeEachOther_AreAMistake(string filter, string part)
    {
        var error = Assert.Throws<PipelineSyntaxException>(() => Run(filter, "{}"));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""bytes { target => "t" conversion_method => "metric" }""", "1.5kB", "\"t\":1500")]
    [InlineData("""bytes { target => "t" digit_group_separator => "_" }""", "1_024 B", "\"t\":1024")]
    [InlineData("""translate { field => "message" destination => "t" dictionary => { "x" => "y" } }""", "x",
        "\"t\":\"y\"")]
    public void Options_OfFormerAndDocumentedNames_AreTaken(string filter, string message, string part) =>
        Assert.Contains(
            part, Run(filter, $"{{\"message\":\"{message}\"}}"), StringComparison.Ordinal);

    [Theory]
    [InlineData("d.csv", "a,\"1\n2\"\r\n\nb,3\n", "\"t\":\"1\\n2\"")]
    [InlineData("d.yml", "# words\na: 0\nb: 3\na: [1, 2]\n", "\"t\":[\"1\",\"2\"]")]
    [InlineData("d.yml", "a: {x: 1, y: &k 2}\n", "\"t\":{\"x\":\"1\",\"y\":\"2\"}")]
    public void Dictionary_OfOtherPrograms_IsRead(string name, string text, string part)
    {
        using var folder = new TempDirectory();
        var path = folder.File(name);
        File.WriteAllText(path, text);
        var filter = $"translate {{ source => \"message\" target => \"t\" dictionary_path => \"{path}\" }}";
        Assert.Contains(part, Run(filter, """{"message":"a"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public void Cidr_NetworksOfAFile_AreReadAgainWhenItChanged()
    {
        using var folder = new TempDirectory();
        var path = folder.File("networks");
        File.WriteAllText(path, "10.0.0.0/8\n");
        var time = new ManualTime();
        var pipeline = CompiledPipeline.Load(
            [
                new PipelineSource("test", $$"""
                    filter { cidr { address => "%{a}" network_path => "{{path}}" add_tag => "inside" } }
                    """),
            ],
            new PipelineOptions { Time = time }, PluginRegistry.CreateDefault());
        var worker = pipeline.CreateWorker();
        Assert.DoesNotContain("inside", Filter(worker, """{"a":"11.1.1.1"}"""), StringComparison.Ordinal);
        File.WriteAllText(path, "11.0.0.0/8\n");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(1));
        Assert.DoesNotContain("inside", Filter(worker, """{"a":"11.1.1.1"}"""), StringComparison.Ordinal);
        time.AdvanceMs(11 * 60_000);
        Assert.Contains("inside", Filter(worker, """{"a":"11.1.1.1"}"""), StringComparison.Ordinal);
        File.WriteAllText(path, "no network\n");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(2));
        time.AdvanceMs(11 * 60_000);
        Assert.Contains("inside", Filter(worker, """{"a":"11.1.1.1"}"""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("merge", true)]
    [InlineData("replace", false)]
    public void Translate_DictionaryThatChanged_IsReadAgain(string behaviour, bool keepsOld)
    {
        using var folder = new TempDirectory();
        var path = folder.File("d.csv");
        File.WriteAllText(path, "a,first\n");
        var time = new ManualTime();
        var pipeline = CompiledPipeline.Load(
            [
                new PipelineSource("test", $$"""
                    filter {
                      translate {
                        source => "message" target => "t" dictionary_path => "{{path}}"
                        refresh_behaviour => "{{behaviour}}"
                      }
                    }
                    """),
            ],
            new PipelineOptions { Time = time }, PluginRegistry.CreateDefault());
        var worker = pipeline.CreateWorker();
        File.WriteAllText(path, "b,second\n");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(1));
        Assert.DoesNotContain("second", Filter(worker, """{"message":"b"}"""), StringComparison.Ordinal);
        time.AdvanceMs(6 * 60_000);
        Assert.Contains("second", Filter(worker, """{"message":"b"}"""), StringComparison.Ordinal);
        Assert.Equal(keepsOld, Filter(worker, """{"message":"a"}""").Contains("first", StringComparison.Ordinal));
        File.WriteAllText(path, "one value only\n");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(2));
        time.AdvanceMs(6 * 60_000);
        Assert.Contains("second", Filter(worker, """{"message":"b"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public void PatternsDir_MissingOrAPattern_IsTaken()
    {
        using var folder = new TempDirectory();
        Directory.CreateDirectory(folder.File("one"));
        File.WriteAllText(folder.File("one/a.grok"), "FRUIT apple|pear\n");
        File.WriteAllText(folder.File("one/a.txt"), "FRUIT wrong\n");
        foreach (var dirs in (string[])[$"{folder.Path}/*/*.grok", $"{folder.Path}/o?e/a.grok"])
        {
            Assert.Contains("\"f\":\"pear\"", Run($$"""
                grok { patterns_dir => ["{{dirs}}", "/nowhere/at/all"] match => { "message" => "%{FRUIT:f}" } }
                """, """{"message":"a pear"}"""), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void JsonLines_OfAnotherDelimiter_AreCutThere()
    {
        var pipeline = CompiledPipeline.Load(
            [new PipelineSource("test", "input { any { codec => json_lines { delimiter => \"||\" } } }")],
            new PipelineOptions(), PluginRegistry.CreateDefault().Add(new PluginSpec(PluginKind.Input, "any")));
        var batch = new PipelineBatch();
        pipeline.CreateCodec(pipeline.Inputs[0], "plain").Decode(
            Encoding.UTF8.GetBytes("{\"a\":1}||{\n\"a\":2}||"), default, batch);
        Assert.Equal(2, batch.Events.Count);
    }

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

    private static string Filter(PipelineWorker worker, string json)
    {
        var batch = new PipelineBatch();
        batch.Events.Add(Event.FromJson(Encoding.UTF8.GetBytes(json), default));
        worker.Filter(batch);
        return Assert.Single(batch.Events).ToString();
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
