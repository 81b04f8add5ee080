namespace LogFlow.Processor.Pipeline;

/// <summary>A list of values inside an event.</summary>
public sealed class EventList
{
    private readonly List<EventValue> _items;

    /// <summary>Creates an empty list.</summary>
    public EventList(int capacity = 4) => _items = new List<EventValue>(capacity);

    /// <summary>Creates a list of these values.</summary>
    public EventList(IEnumerable<EventValue> values) => _items = [.. values];

    /// <summary>How many values there are.</summary>
    public int Count => _items.Count;

    /// <summary>Whether the list, or something in it, differs from the JSON it was read from.</summary>
    internal bool IsModified
    {
        get
        {
            if (field)
            {
                return true;
            }
            foreach (var item in _items)
            {
                if (item.Map is { IsModified: true } || item.List is { IsModified: true })
                {
                    return true;
                }
            }
            return false;
        }
        private set;
    }

    /// <summary>The value at an index within 0..<see cref="Count"/>-1.</summary>
    public EventValue this[int index]
    {
        get => _items[index];
        set
        {
            _items[index] = value;
            IsModified = true;
        }
    }

    /// <summary>Appends a value.</summary>
    public void Add(EventValue value)
    {
        _items.Add(value);
        IsModified = true;
    }

    /// <summary>Appends a value that was read from the event's own JSON.</summary>
    internal void AddOriginal(EventValue value) => _items.Add(value);

    /// <summary>Removes the value at an index.</summary>
    public void RemoveAt(int index)
    {
        _items.RemoveAt(index);
        IsModified = true;
    }

    /// <summary>The index a segment means here; negative ones count from the end. -1 when outside.</summary>
    internal int Resolve(FieldSegment segment)
    {
        if (!segment.IsIndex)
        {
            return -1;
        }
        var index = segment.Index < 0 ? _items.Count + segment.Index : segment.Index;
        return index >= 0 && index < _items.Count ? index : -1;
    }

    /// <summary>A copy that shares nothing mutable.</summary>
    public EventList DeepClone()
    {
        var copy = new EventList(_items.Count) { IsModified = IsModified };
        foreach (var item in _items)
        {
            copy._items.Add(item.DeepClone());
        }
        return copy;
    }

    /// <summary>Whether both lists hold equal values in the same order.</summary>
    internal bool ContentEquals(EventList other)
    {
        if (_items.Count != other._items.Count)
        {
            return false;
        }
        for (var i = 0; i < _items.Count; i++)
        {
            if (!_items[i].Equals(other._items[i]))
            {
                return false;
            }
        }
        return true;
    }
}
