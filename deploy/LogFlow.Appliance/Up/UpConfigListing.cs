using System.Text.Json.Nodes;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>The configuration of a running <c>logflow up</c>, for its console.</summary>
internal static class UpConfigListing
{
    /// <summary>
    /// What is in force now: addresses and folders that the parts were given by each other are defaults, too.
    /// </summary>
    /// <param name="document">What was written.</param>
    /// <param name="config">What was made of it.</param>
    /// <param name="host">Keys that every executable has.</param>
    /// <param name="options">The keys that options of the command have set, each with the option.</param>
    public static JsonObject Of(
        ConfigDocument document, UpConfig config, HostConfig host, IReadOnlyDictionary<string, string> options)
    {
        var entries = ConfigListing.Of(document.Root, config, host).Select(entry =>
            options.TryGetValue(entry.Key, out var option)
                ? entry with { Origin = $"command line ({option})", IsDefault = false }
                : entry);
        return new JsonObject { ["entries"] = new JsonArray([.. entries.Select(Describe)]) };
    }

    private static JsonNode Describe(ListedKey entry) => new JsonObject
    {
        ["key"] = entry.Key,
        ["value"] = entry.Value,
        ["origin"] = entry.Origin,
        ["isDefault"] = entry.IsDefault,
    };
}
