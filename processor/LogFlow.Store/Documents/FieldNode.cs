namespace LogFlow.Store;

/// <summary>
/// One key at one place of the documents seen so far. Documents of one source repeat their key layout, so each node
/// remembers which key came after it last time: the next key is then one comparison away, and no path is built.
/// </summary>
internal sealed class FieldNode
{
    private readonly byte[] _key;
    private List<FieldNode>? _children;
    private Dictionary<ulong, FieldNode>? _byHash;

    public FieldNode(int id, FieldNode? parent, ReadOnlySpan<byte> key)
    {
        Id = id;
        _key = key.ToArray();
        Opening = key.IndexOfAnyInRange((byte)0, (byte)0x1F) < 0 && key.IndexOfAny((byte)'"', (byte)'\\') < 0
            ? [(byte)'"', .. key, (byte)'"', (byte)':']
            : null;
        PhysicalName = parent is null ? "" : FieldNames.Join(parent.PhysicalName, key);
        LogicalName = FieldNames.Logical(PhysicalName);
        IsDate = FieldTypes.Of(LogicalName) == FieldType.Date;
        IsTimestamp = PhysicalName == FieldNames.Timestamp;
    }

    /// <summary>Index of the field's column in every <see cref="BlockBuilder"/> of the same catalog.</summary>
    public int Id { get; }

    public string PhysicalName { get; }

    public string LogicalName { get; }

    public bool IsDate { get; }

    public bool IsTimestamp { get; }

    /// <summary>Number of the last document that had this key; finds duplicate keys.</summary>
    public long Stamp { get; set; }

    /// <summary>The key that followed this one (or, of an object, opened it) in the last document.</summary>
    public FieldNode? NextHint { get; set; }

    public FieldNode? FirstHint { get; set; }

    /// <summary><c>"key":</c> as JSON has it; null where it has to be escaped there.</summary>
    public byte[]? Opening { get; }

    public bool IsKey(ReadOnlySpan<byte> key) => key.SequenceEqual(_key);

    public FieldNode? Find(ReadOnlySpan<byte> key)
    {
        if (_byHash is not null)
        {
            return _byHash.TryGetValue(Hash64.Compute(key), out var found) && found.IsKey(key) ? found
                : FindLinear(key);
        }

        return FindLinear(key);
    }

    public void Add(FieldNode child)
    {
        (_children ??= []).Add(child);
        if (_children.Count == 16)
        {
            _byHash = [];
            foreach (var each in _children)
            {
                _byHash.TryAdd(Hash64.Compute(each._key), each);
            }
        }
        else
        {
            _byHash?.TryAdd(Hash64.Compute(child._key), child);
        }
    }

    private FieldNode? FindLinear(ReadOnlySpan<byte> key)
    {
        if (_children is null)
        {
            return null;
        }

        // With a hash index this is reached only for unknown keys and for colliding hashes.
        if (_byHash is not null && !_byHash.ContainsKey(Hash64.Compute(key)))
        {
            return null;
        }

        foreach (var child in _children)
        {
            if (child.IsKey(key))
            {
                return child;
            }
        }

        return null;
    }
}
