namespace LogFlow.Hosting;

/// <summary>
/// A place in the configuration tree. Dotted keys are already taken apart, so <c>a.b: 1</c> and <c>a: {b: 1}</c> give
/// the same tree. A node may hold a value and children at once, because server.properties has such names.
/// </summary>
internal sealed class ConfigNode(ConfigLocation location)
{
    /// <summary>Where it was written first.</summary>
    public ConfigLocation Location { get; set; } = location;

    /// <summary>The scalar's text; null where there is none, or where YAML says null.</summary>
    public string? Value { get; set; }

    /// <summary>Whether a scalar (null included) was written here.</summary>
    public bool HasValue { get; set; }

    /// <summary>The elements, where a list was written.</summary>
    public List<ConfigNode>? Items { get; set; }

    /// <summary>The sections and keys below, in the order written.</summary>
    public Dictionary<string, ConfigNode> Children { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether nothing at all was written here.</summary>
    public bool IsEmpty => !HasValue && Items is null && Children.Count == 0;

    /// <summary>The node at a dotted path, made where it is missing.</summary>
    public ConfigNode GetOrAdd(string dottedKey, ConfigLocation location)
    {
        var node = this;
        foreach (var part in dottedKey.Split('.'))
        {
            if (node.Items is { } items && int.TryParse(part, out var index) && index >= 0 && index <= items.Count)
            {
                if (index == items.Count)
                {
                    items.Add(new ConfigNode(location));
                }

                node = items[index];
                continue;
            }

            if (!node.Children.TryGetValue(part, out var child))
            {
                child = new ConfigNode(location);
                node.Children.Add(part, child);
            }

            node = child;
        }

        return node;
    }

    /// <summary>The node at a dotted path, or null.</summary>
    public ConfigNode? Find(string dottedKey)
    {
        var node = this;
        foreach (var part in dottedKey.Split('.'))
        {
            if (!node.Children.TryGetValue(part, out node))
            {
                return null;
            }
        }

        return node;
    }

    /// <summary>
    /// Takes over what <paramref name="other"/> says here; lists and values are replaced, sections merged.
    /// </summary>
    public void OverrideWith(ConfigNode other)
    {
        if (other.HasValue || other.Items is not null)
        {
            Value = other.Value;
            HasValue = other.HasValue;
            Items = other.Items;
            Location = other.Location;
            if (other.Items is not null)
            {
                Children.Clear();
            }
        }

        foreach (var (key, child) in other.Children)
        {
            if (Children.TryGetValue(key, out var mine))
            {
                mine.OverrideWith(child);
            }
            else
            {
                Children.Add(key, child);
            }
        }
    }
}
