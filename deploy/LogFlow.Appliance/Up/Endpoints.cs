using System.Text.Json;
using System.Text.Json.Nodes;
using LogFlow.Platform;

namespace LogFlow.Appliance;

/// <summary>
/// The addresses of a running appliance, kept as <c>endpoints.json</c> in its data folder so that other commands find
/// it whatever its ports are.
/// </summary>
internal sealed record Endpoints(string Queue, string? Store, string? InnerStore, string Console)
{
    private const string DefaultQueue = "127.0.0.1:9092";
    private const string DefaultConsole = "http://127.0.0.1:5600";
    private const string DefaultStore = "http://127.0.0.1:9200";

    /// <summary>Writes them for other processes to find.</summary>
    public void Save(string dataFolder) => DurableFile.Replace(
        PathIn(dataFolder),
        JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["queue"] = Queue,
            ["store"] = Store,
            ["storeInner"] = InnerStore,
            ["console"] = Console,
        }));

    /// <summary>The store's address, or the default one where no appliance has run on this folder.</summary>
    public static Uri ReadStoreUrl(string dataFolder) => new(Read(dataFolder, "store") ?? DefaultStore);

    /// <summary>
    /// The store's address for those who know its secret; null: no appliance with a store has run on this folder.
    /// </summary>
    public static Uri? ReadInnerStoreUrl(string dataFolder) =>
        Uri.TryCreate(Read(dataFolder, "storeInner"), UriKind.Absolute, out var url) ? url : null;

    /// <summary>The console's address, or the default one where no appliance has run on this folder.</summary>
    public static string ReadConsoleUrl(string dataFolder) => Read(dataFolder, "console") ?? DefaultConsole;

    /// <summary>Forgets those of a process that is gone: others may listen there by now.</summary>
    public static void Clear(string dataFolder) => File.Delete(PathIn(dataFolder));

    /// <summary>The queue's address, or the default one where no appliance has run on this folder.</summary>
    public static string ReadQueueAddress(string dataFolder) =>
        Read(dataFolder, "queue") is { Length: > 0 } address ? address : DefaultQueue;

    private static string? Read(string dataFolder, string part)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(PathIn(dataFolder)))?[part]?.ToString();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static string PathIn(string dataFolder) => Path.Combine(dataFolder, "endpoints.json");
}
