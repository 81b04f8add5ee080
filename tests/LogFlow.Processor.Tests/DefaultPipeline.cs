using System.Text;
using System.Text.Json;
using LogFlow.Processor.Pipeline;
using LogFlow.Testing;

namespace LogFlow.Processor.Tests;

/// <summary>Runs lines through the default pipeline, as the agent sends them.</summary>
internal sealed class DefaultPipeline
{
    private readonly PipelineWorker _worker;

    public DefaultPipeline(DateTimeOffset? now = null)
    {
        var loader = new PipelineLoader(new ProcessorConfig(), new FixedTime(now ?? DateTimeOffset.UtcNow));
        _worker = loader.Load().CreateWorker();
    }

    public static byte[] Record(string line, string path, string? dataset = null)
    {
        var record = new Dictionary<string, object>
        {
            ["@timestamp"] = "2026-01-02T03:04:05.678Z",
            ["message"] = line,
            ["log"] = new Dictionary<string, object>
            {
                ["offset"] = 0,
                ["file"] = new Dictionary<string, object> { ["path"] = path },
            },
            ["host"] = new Dictionary<string, object> { ["name"] = "agent-host" },
            ["agent"] = new Dictionary<string, object> { ["type"] = "logflow", ["version"] = "0.1.0" },
            ["input"] = new Dictionary<string, object> { ["type"] = "filestream" },
            ["ecs"] = new Dictionary<string, object> { ["version"] = "8.0.0" },
        };
        if (dataset is not null)
        {
            record["event"] = new Dictionary<string, object>
            {
                ["dataset"] = dataset,
                ["module"] = dataset.Split('.')[0],
            };
        }

        return JsonSerializer.SerializeToUtf8Bytes(record);
    }

    public static string[] Lines(string file) =>
        File.ReadAllLines(SharedFolder.File("data", file));

    public JsonElement Run(string line, string path = "/var/log/test.log", string? dataset = null)
    {
        var item = Event.FromJson(Record(line, path, dataset), new EventTimestamp(0));
        var batch = new PipelineBatch();
        batch.Events.Add(item);
        _worker.Filter(batch);
        Assert.Empty(batch.Failed);
        var result = JsonDocument.Parse(Encoding.UTF8.GetBytes(Assert.Single(batch.Events).ToString())).RootElement;
        Assert.Equal(line, Text(result, "message"));
        Assert.Equal("agent-host", Text(result, "host.name"));
        return result;
    }

    public static string? Text(JsonElement item, string path)
    {
        var value = Find(item, path);
        return value?.ValueKind == JsonValueKind.String ? value.Value.GetString() : value?.GetRawText();
    }

    public static JsonElement? Find(JsonElement item, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(name, out item))
            {
                return null;
            }
        }

        return item;
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
    }
}
