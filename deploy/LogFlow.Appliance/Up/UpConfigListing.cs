using System.Text.Json.Nodes;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>The configuration of a running <c>logflow up</c>, for its console.</summary>
internal static class UpConfigListing
{
    /// <summary>Taken before the parts are made, which fill in addresses and folders of their own.</summary>
    /// <param name="document">What was written.</param>
    /// <param name="config">What was made of it.</param>
    /// <param name="host">Keys that every executable has.</param>
    /// <param name="options">Options of the command that stand for keys, each with the value that was given.</param>
    public static JsonObject Of(
        ConfigDocument document, UpConfig config, HostConfig host, IEnumerable<(string Option, string Value)> options)
    {
        var given = options.Select(static one => new ConfigEntry(one.Option, one.Value, "command line", false));
        return new JsonObject
        {
            ["entries"] = new JsonArray([.. given.Concat(ConfigListing.Of(document.Root, config, host)).Select(Describe)]),
        };
    }

    private static JsonNode Describe(ConfigEntry entry) => new JsonObject
    {
        ["key"] = entry.Key,
        ["value"] = entry.Value,
        ["origin"] = entry.Origin,
        ["isDefault"] = entry.IsDefault,
    };
}
