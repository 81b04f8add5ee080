using System.Text.Json.Nodes;

namespace LogFlow.WebConsole.Tests;

/// <summary>Parts of a pipeline as <c>logflow up</c> describes them, without running any.</summary>
internal sealed class FakePipeline : IPipelineSource
{
    /// <summary>Records that the books do not account for.</summary>
    public long Difference { get; set; }

    /// <summary>Dead letters that there are.</summary>
    public long DeadLetters { get; set; }

    /// <summary>Alerts, as <c>/status</c> lists them.</summary>
    public string Alerts { get; set; } = "[]";

    public JsonObject Describe() => new()
    {
        ["alerts"] = JsonNode.Parse(Alerts),
        ["lag"] = 17,
        ["deadLetters"] = DeadLetters,
        ["filesWatched"] = 2,
        ["recentErrors"] = new JsonArray(new JsonObject
        {
            ["time"] = DateTime.UnixEpoch,
            ["part"] = "agent",
            ["text"] = "cannot read /var/log/secret",
        }),
        ["parts"] = new JsonArray(
            Part("agent", true), Part("queue", true), Part("processor", false), Part("store", true)),
    };

    public JsonObject DescribeParts() => new()
    {
        ["now"] = Describe(),
        ["agent"] = JsonNode.Parse(
            """
            {"read":1200,"acknowledged":1190,"truncated":1,"uncertain":0,"lost":0,"bytesLost":0,"bytesBehind":900,
             "bytesInMemory":10,"open":1,"isConnected":true}
            """),
        ["files"] = JsonNode.Parse(
            """
            [{"path":"/var/log/nginx/access.log","input":"up","length":9000,"acknowledged":8100,"behind":900,
              "isOpen":true,"isIgnored":false},
             {"path":"/var/log/<b>old</b>.log","input":"up","length":5,"acknowledged":0,"behind":0,"isOpen":false,
              "isIgnored":true}]
            """),
        ["fileCount"] = 2,
        ["queue"] = JsonNode.Parse(
            """
            {"recordsIn":1190,"bytesOnDisk":123456,"connections":3,
             "partitions":[{"topic":"logs","partition":0,"start":0,"end":1190,"bytes":123456,"isOffline":false},
                           {"topic":"logs","partition":1,"start":0,"end":0,"bytes":0,"isOffline":true}],
             "groups":[{"group":"logflow","state":"Stable","members":1,"topic":"logs","partition":0,
                        "committed":1173,"lag":17}]}
            """),
        ["processor"] = new JsonObject
        {
            ["recordsIn"] = 1173,
            ["lag"] = 17,
            ["bytesInFlight"] = 0,
            ["books"] = new JsonObject
            {
                ["records"] = 1173,
                ["made"] = 4,
                ["written"] = 1170 - Difference,
                ["dropped"] = 5,
                ["unrouted"] = 0,
                ["refused"] = 2,
                ["refusedByOutputs"] = 1,
                ["inFlight"] = 0,
                ["difference"] = Difference,
            },
            ["outputs"] = JsonNode.Parse("""[{"name":"store","failures":2,"lastError":"busy","waitingSince":null}]"""),
        },
        ["statements"] = JsonNode.Parse(
            """
            [{"name":"grok","place":"default.conf:12:3","in":1173,"out":1173,"matches":1100,"failures":73,"ms":80.5},
             {"name":"date","place":"default.conf:20:3","in":1100,"out":1100,"matches":1100,"failures":0,"ms":9},
             {"name":"kv","place":"default.conf:30:3","in":0,"out":0,"matches":0,"failures":0,"ms":0}]
            """),
        ["store"] = JsonNode.Parse(
            """
            {"documents":50000,"diskBytes":1234567,"segments":3,"inMemory":10,"ingested":1170,"duplicates":0,
             "rejected":0,"corrupt":0,"rate":10}
            """),
    };

    private static JsonObject Part(string name, bool isReady) =>
        new() { ["name"] = name, ["ready"] = isReady, ["detail"] = isReady ? null : "store waits since noon" };
}
