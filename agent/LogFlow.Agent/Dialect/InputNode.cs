using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>Makes inputs out of what a configuration says elsewhere; errors name that place.</summary>
internal sealed class InputNode(ConfigLocation location)
{
    /// <summary>The input.</summary>
    public ConfigNode Node { get; } = new(location);

    /// <summary>Sets a key to a text.</summary>
    public InputNode Set(string key, string value)
    {
        var node = Node.GetOrAdd(key, location);
        (node.HasValue, node.Value, node.IsQuoted) = (true, value, true);
        return this;
    }

    /// <summary>Sets a key to a list of texts.</summary>
    public InputNode Set(string key, IEnumerable<string> values)
    {
        Node.GetOrAdd(key, location).Items =
            [.. values.Select(value => new ConfigNode(location) { HasValue = true, Value = value, IsQuoted = true })];
        return this;
    }

    /// <summary>Takes over keys that were written.</summary>
    public InputNode Override(ConfigNode? written)
    {
        if (written is not null)
        {
            Node.OverrideWith(written.Copy());
        }

        return this;
    }

    /// <summary>Puts processors before those that the input has.</summary>
    public InputNode Precede(params ReadOnlySpan<ConfigNode> processors)
    {
        var node = Node.GetOrAdd("processors", location);
        var items = node.Items ?? [];
        if (node.Items is null && node.Children.Count > 0)
        {
            items = [node.Copy()];
            node.Children.Clear();
        }

        node.Items = [.. processors, .. items];
        return this;
    }
}
