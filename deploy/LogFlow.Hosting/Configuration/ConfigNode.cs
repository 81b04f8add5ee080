namespace LogFlow.Hosting;

/// <summary>
/// A place in the configuration tree. Dotted keys are already taken apart, so <c>a.b: 1</c> and <c>a: {b: 1}</c> give
/// the same tree. A node may hold a value and children at once, because server.properties has such names.
/// </summary>
public sealed class ConfigNode(ConfigLocation location)
{
    /// <summary>Where it was written first.</summary>
    public ConfigLocation Location { get; set; } = location;

    /// <summary>The scalar's text; null where there is none, or where YAML says null.</summary>
    public string? Value { get; set; }

    /// <summary>The scalar stands in quotes: it is text, whatever it looks like.</summary>
    public bool IsQuoted { get; set; }

    /// <summary>The value came out of a variable: it may be a list, written with commas.</summary>
    public bool IsExpanded { get; set; }

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

    /// <summary>The text at a dotted path, or null.</summary>
    public string? Text(string dottedKey) => Find(dottedKey)?.Value;

    /// <summary>
    /// Whether the value at a dotted path says yes; what is not there says <paramref name="otherwise"/>.
    /// </summary>
    public bool IsTrue(string dottedKey, bool otherwise = false) => Text(dottedKey) is { } text
        ? text.ToLowerInvariant() is "true" or "yes" or "on"
        : otherwise;

    /// <summary>The texts at a dotted path: of a list, or of one value that stands for a list of one.</summary>
    public IReadOnlyList<string> Texts(string dottedKey) => Find(dottedKey) switch
    {
        null => [],
        { Items: { } items } => [.. items.Select(static item => item.Value).OfType<string>()],
        { Value: { } value } => [value],
        _ => [],
    };

    /// <summary>Everything here as plain values: dictionaries, lists, texts, numbers, true and false.</summary>
    public object? ToTree() => TreeValue.Of(this);

    /// <summary>
    /// Takes over what <paramref name="other"/> says here; lists and values are replaced, sections merged.
    /// </summary>
    public void OverrideWith(ConfigNode other)
    {
        if (other.HasValue || other.Items is not null)
        {
            Value = other.Value;
            HasValue = other.HasValue;
            IsQuoted = other.IsQuoted;
            IsExpanded = other.IsExpanded;
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

    /// <summary>Becomes what <paramref name="other"/> is now; later changes of one are not the other's.</summary>
    public void CopyFrom(ConfigNode other)
    {
        (Value, HasValue, IsQuoted, IsExpanded) = (other.Value, other.HasValue, other.IsQuoted, other.IsExpanded);
        Items = other.Items?.ConvertAll(static item => item.Copy());
        AddMissingFrom(other);
    }

    /// <summary>Takes over the keys of <paramref name="other"/> that are not here; YAML's merge key.</summary>
    public void AddMissingFrom(ConfigNode other)
    {
        foreach (var (key, child) in other.Children)
        {
            if (!Children.ContainsKey(key))
            {
                Children.Add(key, child.Copy());
            }
        }
    }

    /// <summary>How many nodes are here and below, but no more than <paramref name="most"/>.</summary>
    public int CountOf(int most)
    {
        var count = 1;
        foreach (var child in Children.Values.Concat(Items ?? []))
        {
            if (count >= most)
            {
                return most;
            }

            count += child.CountOf(most - count);
        }

        return Math.Min(count, most);
    }

    /// <summary>A copy of its own.</summary>
    public ConfigNode Copy()
    {
        var copy = new ConfigNode(Location);
        copy.CopyFrom(this);
        return copy;
    }
}
