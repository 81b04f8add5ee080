using System.Text;
using System.Text.Json;

namespace LogFlow.Agent.Tests;

/// <summary>Format strings, conditions and rules of outputs; events taken apart.</summary>
public sealed class OutputFormatTests
{
    private const string Event = """
        {"@timestamp":"2026-11-03T08:09:10.123Z","message":"x \"y\"","fields":{"app":"Shop","n":7},"tags":["a","b"]}
        """;

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("%{[fields.app]}", "Shop")]
    [InlineData("%{[fields][app]}-%{[fields.n]}", "Shop-7")]
    [InlineData("%{[message]}", "x \"y\"")]
    [InlineData("%{[none]:other}", "other")]
    [InlineData("%{[none]}", null)]
    [InlineData("logs-%{+yyyy.MM.dd}", "logs-2026.11.03")]
    [InlineData("%{+xxxx.ww}-%{+D}-%{+EEE}-%{+HH:mm:ss.SSS}", "2026.45-307-Tue-08:09:10.123")]
    [InlineData("%{+yy'T'MMM}", "26TNov")]
    public void Format_GivesWhatFilebeatGives(string format, string? expected) =>
        Assert.Equal(expected, FormatString.Parse(format).Format(Encoding.UTF8.GetBytes(Event)));

    [Theory]
    [InlineData("%{[a]", "without '}'")]
    [InlineData("%{a}", "neither a field")]
    [InlineData("%{+yyyy.QQ}", "'Q' means nothing")]
    [InlineData("%{[a]b}", "is no default")]
    public void Format_ThatIsNone_SaysWhy(string format, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => FormatString.Parse(format)).Message);

    [Fact]
    public void Names_AreTheSameFromMemoryAndFresh()
    {
        var selector = new NameSelector(FormatString.Parse("A-%{[fields.app]}-%{+yyyy.MM.dd}"), [], isLower: true);
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal("a-shop-2026.11.03", selector.Select(Encoding.UTF8.GetBytes(Event)));
            Assert.Equal(
                "a-shop-2026.11.04",
                selector.Select(Encoding.UTF8.GetBytes(Event.Replace("11-03", "11-04"))));
        }
    }

    [Fact]
    public void Conditions_HoldAsInFilebeat()
    {
        Assert.True(Holds("equals", new() { ["fields.app"] = "Shop" }));
        Assert.True(Holds("equals", new() { ["fields"] = new Dictionary<string, object?> { ["n"] = 7L } }));
        Assert.False(Holds("equals", new() { ["fields.n"] = "7" }));
        Assert.True(Holds("contains", new() { ["message"] = "y" }));
        Assert.True(Holds("contains", new() { ["tags"] = "b" }));
        Assert.False(Holds("contains", new() { ["tags"] = "c" }));
        Assert.False(Holds("equals", new() { ["fields.app"] = 7L }));
        Assert.True(Holds("regexp", new() { ["fields.app"] = "^S.*p$" }));
        Assert.True(Holds("range", new() { ["fields.n.gte"] = 7L, ["fields.n.lt"] = 8L }));
        Assert.False(Holds("range", new() { ["fields.n.gt"] = 7L }));
        Assert.True(Conditions.Of(new()
        {
            ["or"] = new List<object?>
            {
                new Dictionary<string, object?> { ["has_fields"] = new List<object?> { "none" } },
                new Dictionary<string, object?>
                {
                    ["not"] = new Dictionary<string, object?>
                    {
                        ["equals"] = new Dictionary<string, object?> { ["fields.app"] = "Bank" },
                    },
                },
            },
        }).Holds(FieldJson.ReadEvent(Encoding.UTF8.GetBytes(Event))));
        Assert.Contains("is not a condition", Assert.Throws<FormatException>(() => Holds("equal", [])).Message);
    }

    [Theory]
    [InlineData("""{"@timestamp":"2026-11-03T08:09:10.123Z","message":"x"}""", "")]
    [InlineData(
        """{"@timestamp":"2026-11-03T08:09:10.123Z","@metadata":{"pipeline":"p","o":{"a":"}"}},"message":"x"}""", "p")]
    [InlineData("""{"@timestamp":"2026-11-03T08:09:10.123Z","@metadata":{"_id":"i"}}""", "")]
    public void Metadata_IsTakenOut_AndWhatIsLeftIsTheEvent(string json, string pipeline)
    {
        var split = EventSplit.Of(Encoding.UTF8.GetBytes(json));
        Assert.Equal(pipeline, split.Text("pipeline"u8) ?? "");
        var rest = Encoding.UTF8.GetString([.. split.Head.Span, .. split.Rest.Span]);
        using var document = JsonDocument.Parse(rest);
        Assert.False(document.RootElement.TryGetProperty("@metadata", out _));
        Assert.True(document.RootElement.TryGetProperty("@timestamp", out _));
    }

    [Theory]
    [InlineData("es1", "http://es1:9200/")]
    [InlineData("es1:9201", "http://es1:9201/")]
    [InlineData("https://es1", "https://es1:9200/")]
    [InlineData("https://es1:443/es", "https://es1:443/es/")]
    [InlineData("http://user:pass@es1:80", "http://user:pass@es1:80/")]
    [InlineData("[::1]", "http://[::1]:9200/")]
    [InlineData("[::1]:9201", "http://[::1]:9201/")]
    public void ElasticsearchHosts_TakeFilebeatsForms(string host, string expected)
    {
        var uri = ElasticsearchHosts.ToUri(host, "http", "");
        Assert.Equal(new Uri(expected), uri);
        Assert.DoesNotContain("pass", ElasticsearchHosts.Describe(uri));
    }

    [Fact]
    public void KafkaTopics_AreChosenByWhatAnInputsEventsHaveInCommon()
    {
        var config = new AgentConfig
        {
            Inputs =
            [
                new InputConfig { Id = "a", Paths = ["/a"], Fields = new() { ["app"] = "shop" } },
                new InputConfig { Id = "b", Paths = ["/b"], Fields = new() { ["app"] = "bank" } },
                new InputConfig { Id = "c", Paths = ["/c"], Fields = new() { ["app"] = "bank" }, Tags = ["slow"] },
            ],
            Kafka = new KafkaOutputConfig
            {
                Topic = "app-%{[fields.app]}",
                Topics =
                [
                    new OutputRuleConfig
                    {
                        Topic = "slow-ones",
                        When = Conditions.Of("contains", "tags", "slow"),
                    },
                ],
            },
        };
        Assert.Empty(config.Validate());
        var targets = config.Targets();
        Assert.Equal(["app-shop", "app-bank", "slow-ones"], targets.Select(target => target.Topic));
        Assert.Equal(["kafka-app-shop", "kafka-app-bank", "kafka-slow-ones"], targets.Select(target => target.Name));
        Assert.Equal(["c"], config.InputsOf(targets[2]).Select(input => input.Id));

        config.Kafka.Topics[0].When = Conditions.Of("contains", "message", "slow");
        Assert.Contains(config.Validate(), problem => problem.Message.Contains("'message', which differs"));
        config.Kafka.Topics.Clear();
        config.Kafka.Topic = "%{[message]}";
        Assert.Contains(config.Validate(), problem => problem.Message.Contains("do not have in common"));
    }

    private static bool Holds(string name, Dictionary<string, object?> fields) =>
        Conditions.Of(new() { [name] = fields }).Holds(FieldJson.ReadEvent(Encoding.UTF8.GetBytes(Event)));
}
