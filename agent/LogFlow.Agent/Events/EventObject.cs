namespace LogFlow.Agent;

/// <summary>
/// Fields of an event, in the order in which they were set. Few fields a level, so they are found by walking. A part
/// that many events share is frozen: whoever changes it gets a copy of that level (<see cref="Own"/>).
/// Values are text, <see cref="long"/>, <see cref="double"/>, <see cref="bool"/>, null, objects and lists of these.
/// </summary>
internal sealed class EventObject
{
    private string[] _names;
    private object?[] _values;

    public EventObject(int capacity = 8)
    {
        _names = new string[capacity];
        _values = new object?[capacity];
    }

    private EventObject(EventObject other)
    {
        (_names, _values, Count) = ((string[])other._names.Clone(), (object?[])other._values.Clone(), other.Count);
    }

    /// <summary>Fields of this level.</summary>
    public int Count { get; private set; }

    /// <summary>Shared by many events: not to be changed.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>A field's value; setting adds or replaces it.</summary>
    public object? this[string name]
    {
        get => TryGet(name, out var value) ? value : null;
        set => Set(name, value);
    }

    /// <summary>The objects and values of a tree as configuration gives it.</summary>
    public static EventObject Of(IEnumerable<KeyValuePair<string, object?>> tree)
    {
        var made = new EventObject();
        foreach (var (name, value) in tree)
        {
            EventPath.Put(made, name, OfValue(value), mergesObjects: true);
        }

        return made;
    }

    /// <summary>A value of such a tree.</summary>
    public static object? OfValue(object? value) => value switch
    {
        IDictionary<string, object?> nested => Of(nested),
        IList<object?> list => list.Select(OfValue).ToList(),
        _ => value,
    };

    /// <summary>The name of a field by its place.</summary>
    public string NameAt(int index) => _names[index];

    /// <summary>The value of a field by its place.</summary>
    public object? ValueAt(int index) => _values[index];

    /// <summary>Looks for a field of this level.</summary>
    public bool TryGet(string name, out object? value)
    {
        var index = IndexOf(name);
        value = index < 0 ? null : _values[index];
        return index >= 0;
    }

    /// <summary>Adds or replaces a field.</summary>
    public void Set(string name, object? value)
    {
        var index = IndexOf(name);
        if (index >= 0)
        {
            _values[index] = value;
            return;
        }

        if (Count == _names.Length)
        {
            Array.Resize(ref _names, Count * 2);
            Array.Resize(ref _values, Count * 2);
        }

        _names[Count] = name;
        _values[Count++] = value;
    }

    /// <summary>Takes a field away.</summary>
    public bool Remove(string name)
    {
        var index = IndexOf(name);
        if (index < 0)
        {
            return false;
        }

        Count--;
        Array.Copy(_names, index + 1, _names, index, Count - index);
        Array.Copy(_values, index + 1, _values, index, Count - index);
        _values[Count] = null;
        return true;
    }

    /// <summary>The object of a field, made where there is none, and this event's own: it may be changed.</summary>
    public EventObject Own(string name)
    {
        var index = IndexOf(name);
        if (index >= 0 && _values[index] is EventObject child)
        {
            if (child.IsFrozen)
            {
                _values[index] = child = child.Copy();
            }

            return child;
        }

        var made = new EventObject();
        Set(name, made);
        return made;
    }

    /// <summary>A copy that may be changed; what lies below is shared where it is frozen.</summary>
    public EventObject Copy()
    {
        var copy = new EventObject(this);
        for (var index = 0; index < copy.Count; index++)
        {
            if (copy._values[index] is EventObject { IsFrozen: false } child)
            {
                copy._values[index] = child.Copy();
            }
        }

        return copy;
    }

    /// <summary>From now on shared.</summary>
    public EventObject Freeze()
    {
        IsFrozen = true;
        for (var index = 0; index < Count; index++)
        {
            (_values[index] as EventObject)?.Freeze();
        }

        return this;
    }

    /// <summary>Takes over another's fields: objects are merged, the rest is replaced, or kept where it is.</summary>
    public void Merge(EventObject other, bool overwrites)
    {
        for (var index = 0; index < other.Count; index++)
        {
            var (name, value) = (other._names[index], other._values[index]);
            if (!TryGet(name, out var mine))
            {
                Set(name, value);
            }
            else if (mine is EventObject && value is EventObject nested)
            {
                Own(name).Merge(nested, overwrites);
            }
            else if (overwrites)
            {
                Set(name, value);
            }
        }
    }

    private int IndexOf(string name)
    {
        for (var index = 0; index < Count; index++)
        {
            if (_names[index] == name)
            {
                return index;
            }
        }

        return -1;
    }
}
