namespace LogFlow.Agent;

/// <summary>
/// Dotted names of fields. A field whose own name has dots (as JSON may bring it) goes before nested ones, as in
/// Filebeat.
/// </summary>
internal static class EventPath
{
    /// <summary>Looks for a field.</summary>
    public static bool TryGet(EventObject fields, string path, out object? value)
    {
        if (fields.TryGet(path, out value))
        {
            return true;
        }

        for (var dot = path.IndexOf('.'); dot > 0; dot = path.IndexOf('.', dot + 1))
        {
            if (fields.TryGet(path[..dot], out var child)
                && child is EventObject nested
                && TryGet(nested, path[(dot + 1)..], out value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Sets a field; what is on the way to it and no object gives way.</summary>
    public static void Put(EventObject fields, string path, object? value, bool mergesObjects = false)
    {
        var rest = path.AsSpan();
        var node = fields;
        for (var dot = rest.IndexOf('.'); dot > 0 && !node.TryGet(rest.ToString(), out _); dot = rest.IndexOf('.'))
        {
            node = node.Own(rest[..dot].ToString());
            rest = rest[(dot + 1)..];
        }

        var name = rest.ToString();
        if (mergesObjects && value is EventObject nested && node.TryGet(name, out var existing)
            && existing is EventObject)
        {
            node.Own(name).Merge(nested, overwrites: true);
        }
        else
        {
            node.Set(name, value);
        }
    }

    /// <summary>Takes a field away.</summary>
    public static bool Remove(EventObject fields, string path)
    {
        if (fields.Remove(path))
        {
            return true;
        }

        for (var dot = path.IndexOf('.'); dot > 0; dot = path.IndexOf('.', dot + 1))
        {
            var name = path[..dot];
            if (fields.TryGet(name, out var child)
                && child is EventObject nested
                && TryGet(nested, path[(dot + 1)..], out _))
            {
                return Remove(fields.Own(name), path[(dot + 1)..]);
            }
        }

        return false;
    }
}
