using System.Runtime.CompilerServices;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// A map of an event: the members of one JSON object, in order, each decoded only when somebody asks for it. What was
/// not changed is written back by copying the original bytes.
/// </summary>
/// <remarks>Not thread-safe. The JSON it was read from must stay unchanged as long as the map lives.</remarks>
public sealed class EventMap
{
    // Above this, finding names one by one costs more than a dictionary.
    private const int LinearSearchCountMax = 48;

    private const int KeptCapacityMax = 64;

    private EventMember[] _members;
    private int _count;
    private bool _modified;

    // A member's value is a map or list in memory, which may have changed unseen.
    private bool _hasContainers;
    private Dictionary<string, int>? _index;

    // Which bits (FieldSegment.FilterBitOf) the names have that were ever added: most questions are for fields that an
    // event does not have, and are answered here.
    private ulong _filter;

    /// <summary>Creates an empty map.</summary>
    public EventMap(int capacity = 4) => _members = new EventMember[capacity];

    internal EventMap(ReadOnlyMemory<byte> source, int capacity)
    {
        Source = source;
        _members = new EventMember[capacity];
    }

    internal EventMap(EventPool pool, int capacity)
    {
        Pool = pool;
        _members = new EventMember[capacity];
    }

    /// <summary>How many members there are.</summary>
    public int Count => _count;

    /// <summary>The JSON that the members' offsets point into.</summary>
    internal ReadOnlyMemory<byte> Source { get; private set; }

    /// <summary>Where the map goes when its event is done; null: nowhere.</summary>
    internal EventPool? Pool { get; }

    /// <summary>Whether the map, or something in it, differs from the JSON it was read from.</summary>
    internal bool IsModified
    {
        get
        {
            if (_modified || !_hasContainers)
            {
                return _modified;
            }
            foreach (ref readonly var member in Members)
            {
                ref readonly var value = ref member.Value;
                if (value.IsMissing)
                {
                    continue;
                }
                if (value.Map is { IsModified: true } || value.List is { IsModified: true })
                {
                    return true;
                }
            }
            return false;
        }
    }

    internal ReadOnlySpan<EventMember> Members => _members.AsSpan(0, _count);

    /// <summary>The value of a member; <see cref="EventValue.Missing"/> when there is none.</summary>
    public EventValue this[string name]
    {
        get
        {
            var index = Find(name);
            return index < 0 ? EventValue.Missing : ValueAt(index);
        }
        set => SetAt(Find(name), name, value);
    }

    /// <summary>The name of the member at an index.</summary>
    public string NameAt(int index)
    {
        ref var member = ref _members[index];
        if (member.Name is { } name)
        {
            return name;
        }
        name = JsonStringDecoder.Decode(Source.Span.Slice(member.NameOffset, member.NameLength));
        member.Key = name;
        return name;
    }

    /// <summary>The value of the member at an index.</summary>
    public EventValue ValueAt(int index)
    {
        ref var member = ref _members[index];
        if (member.Value.IsMissing)
        {
            member.Value = JsonScanner.Decode(Source, member.ValueOffset, member.ValueLength, Pool);
            _hasContainers |= member.Value.IsContainer;
        }
        return member.Value;
    }

    /// <summary>Whether there is a member of this name.</summary>
    public bool ContainsKey(string name) => Find(name) >= 0;

    /// <summary>Removes a member; its value, or <see cref="EventValue.Missing"/>.</summary>
    public EventValue Remove(string name) => RemoveIndex(Find(name));

    /// <summary>A copy that shares nothing mutable (the original JSON bytes are shared).</summary>
    public EventMap DeepClone()
    {
        var copy = new EventMap(Source, _count) { _count = _count, _modified = _modified };
        (copy._hasContainers, copy._filter) = (_hasContainers, _filter);
        Array.Copy(_members, copy._members, _count);
        for (var i = 0; i < _count; i++)
        {
            copy._members[i].Value = _members[i].Value.DeepClone();
        }
        return copy;
    }

    /// <summary>An empty map to stand in this one.</summary>
    internal EventMap NewChild(int capacity) => Pool?.Rent(default, capacity) ?? new EventMap(capacity);

    /// <summary>A map of the pool begins to belong to an event.</summary>
    internal void Begin(ReadOnlyMemory<byte> source) => Source = source;

    /// <summary>Its event is done: the map keeps only its room, and of that no more than most events need.</summary>
    internal void End()
    {
        if (_members.Length > KeptCapacityMax)
        {
            _members = new EventMember[KeptCapacityMax];
        }
        else
        {
            Array.Clear(_members, 0, _count);
        }
        _count = 0;
        _modified = false;
        _hasContainers = false;
        _index = null;
        _filter = 0;
        Source = default;
    }

    internal EventValue Get(FieldSegment segment)
    {
        var index = IndexOf(segment);
        return index < 0 ? EventValue.Missing : ValueAt(index);
    }

    internal bool Contains(FieldSegment segment) => IndexOf(segment) >= 0;

    internal void Set(FieldSegment segment, EventValue value) => SetAt(IndexOf(segment), segment, value);

    /// <summary>Sets the member at an index, or adds one where <see cref="IndexOf"/> found none.</summary>
    internal void SetAt(int index, FieldSegment segment, EventValue value) => SetAt(index, (object)segment, value);

    /// <summary>Adds a member unless there is one that is not null.</summary>
    /// <returns>False when there is one: <paramref name="existing"/>.</returns>
    internal bool TryAdd(FieldSegment segment, EventValue value, out EventValue existing)
    {
        var index = IndexOf(segment);
        existing = index < 0 ? default : ValueAt(index);
        if (!existing.IsNil)
        {
            return false;
        }
        SetAt(index, segment, value);
        return true;
    }

    internal EventValue Remove(FieldSegment segment) => RemoveIndex(IndexOf(segment));

    /// <summary>Where the member of this name is; -1 when there is none.</summary>
    internal int IndexOf(FieldSegment segment)
    {
        if ((_filter & segment.FilterBit) == 0)
        {
            return -1;
        }
        var hint = segment.Hint;
        if ((uint)hint < (uint)_count && IsNamed(in _members[hint], segment))
        {
            return hint;
        }
        var index = Scan(segment);
        if (index >= 0)
        {
            segment.Hint = index;
        }
        return index;
    }

    /// <summary>Adds a member read from JSON; a repeated name replaces the earlier one, as JSON readers do.</summary>
    internal void AddOriginal(string? name, int nameOffset, int nameLength, int valueOffset, int valueLength)
    {
        var source = Source.Span;
        var rawName = source.Slice(nameOffset, nameLength);
        var bit = name is null ? FieldSegment.FilterBitOf(rawName) : FilterBitOf(name);
        var isNew = (_filter & bit) == 0;
        _filter |= bit;
        for (var i = 0; !isNew && i < _count && _count < LinearSearchCountMax; i++)
        {
            ref readonly var existing = ref _members[i];
            // Names are compared as bytes: the cheap check that must run for every member of every event.
            if (existing.Name is null
                ? existing.NameLength == nameLength
                    && source.Slice(existing.NameOffset, nameLength).SequenceEqual(rawName)
                : name is null && existing.Name.Length <= nameLength
                    && existing.Name == JsonStringDecoder.Decode(rawName))
            {
                Replace(i, valueOffset, valueLength);
                return;
            }
        }
        if (_count >= LinearSearchCountMax)
        {
            name ??= JsonStringDecoder.Decode(rawName);
        }
        if (!isNew && name is not null && Find(name) is >= 0 and var duplicate)
        {
            Replace(duplicate, valueOffset, valueLength);
            return;
        }
        ref var member = ref Append();
        member.Key = name;
        member.NameOffset = nameOffset;
        member.NameLength = nameLength;
        member.ValueOffset = valueOffset;
        member.ValueLength = valueLength;
        _index?.Add(name!, _count - 1);
    }

    /// <summary>Remembers the decoded form of an unchanged member.</summary>
    internal void CacheValue(int index, EventValue value)
    {
        _members[index].Value = value;
        _hasContainers |= value.IsContainer;
    }

    /// <summary>Whether both maps have equal values under the same names, in any order.</summary>
    internal bool ContentEquals(EventMap other)
    {
        if (_count != other._count)
        {
            return false;
        }
        for (var i = 0; i < _count; i++)
        {
            var index = other.Find(NameAt(i));
            if (index < 0 || !ValueAt(i).Equals(other.ValueAt(index)))
            {
                return false;
            }
        }
        return true;
    }

    private void Replace(int index, int valueOffset, int valueLength)
    {
        _members[index].ValueOffset = valueOffset;
        _members[index].ValueLength = valueLength;
        _modified = true;
    }

    private void SetAt(int index, object key, EventValue value)
    {
        _modified = true;
        if (index >= 0)
        {
            ref var existing = ref _members[index];
            existing.Value = value.IsMissing ? EventValue.Null : value;
            existing.ValueOffset = -1;
            return;
        }
        ref var member = ref Append();
        member.Key = key;
        member.NameOffset = -1;
        member.NameLength = -1;
        member.ValueOffset = -1;
        member.Value = value.IsMissing ? EventValue.Null : value;
        _filter |= key is FieldSegment segment ? segment.FilterBit : FilterBitOf((string)key);
        _index?.Add(member.Name!, _count - 1);
    }

    private EventValue RemoveIndex(int index)
    {
        if (index < 0)
        {
            return EventValue.Missing;
        }
        var value = ValueAt(index);
        _count--;
        Array.Copy(_members, index + 1, _members, index, _count - index);
        _members[_count] = default;
        _modified = true;
        _index = null;
        return value;
    }

    private ref EventMember Append()
    {
        if (_count == _members.Length)
        {
            Array.Resize(ref _members, Math.Max(4, _count * 2));
        }
        return ref _members[_count++];
    }

    private int Find(string name)
    {
        if (_count > LinearSearchCountMax)
        {
            return FindIndexed(name);
        }
        var source = Source.Span;
        var members = Members;
        for (var i = 0; i < members.Length; i++)
        {
            ref readonly var member = ref members[i];
            if (member.Name is { } decoded
                ? decoded == name
                : Matches(source.Slice(member.NameOffset, member.NameLength), name))
            {
                return i;
            }
        }
        return -1;
    }

    private int Scan(FieldSegment segment)
    {
        if (_count > LinearSearchCountMax)
        {
            return FindIndexed(segment.Name);
        }
        var members = Members;
        for (var i = 0; i < members.Length; i++)
        {
            if (IsNamed(in members[i], segment))
            {
                return i;
            }
        }
        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsNamed(in EventMember member, FieldSegment segment)
    {
        var key = member.Key;
        if (key is null)
        {
            var utf8 = segment.Utf8;
            return member.NameLength == utf8.Length
                && Source.Span.Slice(member.NameOffset, member.NameLength).SequenceEqual(utf8);
        }
        return ReferenceEquals(key, segment) || member.Name == segment.Name;
    }

    private static bool Matches(ReadOnlySpan<byte> raw, string name) =>
        raw.Length >= name.Length && raw.Length <= name.Length * 3 && JsonStringDecoder.Decode(raw) == name;

    private static ulong FilterBitOf(string name)
    {
        if (name.Length <= 64)
        {
            Span<byte> utf8 = stackalloc byte[192];
            return FieldSegment.FilterBitOf(utf8[..Encoding.UTF8.GetBytes(name, utf8)]);
        }
        return FieldSegment.FilterBitOf(Encoding.UTF8.GetBytes(name));
    }

    private int FindIndexed(string name)
    {
        if (_index is null)
        {
            _index = new Dictionary<string, int>(_count * 2, StringComparer.Ordinal);
            for (var i = 0; i < _count; i++)
            {
                _index[NameAt(i)] = i;
            }
        }
        return _index.TryGetValue(name, out var index) ? index : -1;
    }
}
