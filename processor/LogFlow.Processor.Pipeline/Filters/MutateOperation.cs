namespace LogFlow.Processor.Pipeline;

/// <summary>One operation of mutate on one field.</summary>
internal abstract class MutateOperation
{
    public abstract void Apply(Event target, FilterContext context);
}

/// <summary>An operation whose field may be named by a template.</summary>
internal abstract class FieldOperation(EventTemplate name, FieldReference? field) : MutateOperation
{
    public override void Apply(Event target, FilterContext context) =>
        Apply(field ?? FieldReference.Parse(name.Format(target, context.Now)), target, context);

    protected abstract void Apply(FieldReference field, Event target, FilterContext context);
}

/// <summary>Changes each text of a field: the text itself, or those in a list.</summary>
internal sealed class TextOperation(EventTemplate name, FieldReference? field, Func<string, string> change)
    : FieldOperation(name, field)
{
    protected override void Apply(FieldReference field, Event target, FilterContext context)
    {
        var value = target.Get(field);
        if (value.IsString)
        {
            target.Set(field, EventValue.Of(change(value.AsString())));
        }
        else if (value.List is { } list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                if (list[i].IsString)
                {
                    list[i] = EventValue.Of(change(list[i].AsString()));
                }
            }
        }
    }
}

/// <summary>coerce, update, replace: sets a field to a text, depending on what it is.</summary>
internal sealed class SetOperation(
    EventTemplate name, FieldReference? field, EventTemplate value, Func<EventValue, bool> applies)
    : FieldOperation(name, field)
{
    protected override void Apply(FieldReference field, Event target, FilterContext context)
    {
        if (applies(target.Get(field)))
        {
            target.Set(field, EventValue.Of(value.Format(target, context.Now)));
        }
    }
}

/// <summary>rename and copy.</summary>
internal sealed class MoveOperation(
    EventTemplate name, FieldReference? field, EventTemplate newName, FieldReference? newField, bool isCopy)
    : FieldOperation(name, field)
{
    protected override void Apply(FieldReference field, Event target, FilterContext context)
    {
        var value = target.Get(field);
        if (value.IsMissing || (isCopy && value.IsNil))
        {
            return;
        }
        var destination = newField ?? FieldReference.Parse(newName.Format(target, context.Now));
        if (isCopy)
        {
            target.Set(destination, value.DeepClone());
            return;
        }
        target.Remove(field);
        target.Set(destination, value);
    }
}

/// <summary>convert.</summary>
internal sealed class ConvertOperation(EventTemplate name, FieldReference? field, Func<EventValue, EventValue> convert)
    : FieldOperation(name, field)
{
    protected override void Apply(FieldReference field, Event target, FilterContext context)
    {
        var value = target.Get(field);
        if (value.IsNil || value.Kind == ValueKind.Map)
        {
            return;
        }
        if (value.List is not { } list)
        {
            target.Set(field, convert(value));
            return;
        }
        for (var i = 0; i < list.Count; i++)
        {
            if (!list[i].IsNil && list[i].Kind is not (ValueKind.Map or ValueKind.List))
            {
                list[i] = convert(list[i]);
            }
        }
    }
}

/// <summary>split: a text becomes a list.</summary>
internal sealed class SplitOperation(EventTemplate name, FieldReference? field, EventTemplate separator)
    : FieldOperation(name, field)
{
    protected override void Apply(FieldReference field, Event target, FilterContext context)
    {
        var value = target.Get(field);
        if (value.IsString)
        {
            var parts = RubyText.Split(value.AsString(), separator.Format(target, context.Now));
            target.Set(field, EventValue.Of(new EventList(parts.Select(part => EventValue.Of(part)))));
        }
    }
}

/// <summary>join: a list becomes a text.</summary>
internal sealed class JoinOperation(EventTemplate name, FieldReference? field, EventTemplate separator)
    : FieldOperation(name, field)
{
    protected override void Apply(FieldReference field, Event target, FilterContext context)
    {
        if (target.Get(field).List is not { } list)
        {
            return;
        }
        var texts = new string[list.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = list[i].ToText();
        }
        target.Set(field, EventValue.Of(string.Join(separator.Format(target, context.Now), texts)));
    }
}

/// <summary>merge: adds the values of a field to another.</summary>
internal sealed class MergeOperation(EventTemplate name, FieldReference? field, FieldReference added)
    : FieldOperation(name, field)
{
    protected override void Apply(FieldReference field, Event target, FilterContext context)
    {
        var value = target.Get(field);
        var more = target.Get(added);
        // A map goes into a map only, not into a field that is not there.
        if (more.IsNil || value.Kind == ValueKind.Map != (more.Kind == ValueKind.Map))
        {
            return;
        }
        if (value.Map is { } map)
        {
            for (var i = 0; i < more.Map!.Count; i++)
            {
                map[more.Map.NameAt(i)] = more.Map.ValueAt(i).DeepClone();
            }
            return;
        }
        var list = new EventList();
        Append(list, value);
        Append(list, more.DeepClone());
        target.Set(field, EventValue.Of(list));
    }

    private static void Append(EventList list, EventValue value)
    {
        if (value.List is { } items)
        {
            for (var i = 0; i < items.Count; i++)
            {
                list.Add(items[i]);
            }
        }
        else if (!value.IsNil)
        {
            list.Add(value);
        }
    }
}

/// <summary>gsub: replaces what a pattern matches.</summary>
internal sealed class GsubOperation(EventTemplate name, FieldReference? field, RubySubstitution substitution)
    : FieldOperation(name, field)
{
    protected override void Apply(FieldReference field, Event target, FilterContext context)
    {
        var value = target.Get(field);
        if (value.IsString)
        {
            var text = value.AsString();
            var changed = substitution.Replace(text, target, context.Now);
            if (!ReferenceEquals(changed, text))
            {
                target.Set(field, EventValue.Of(changed));
            }
        }
        else if (value.List is { } list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                if (list[i].IsString)
                {
                    list[i] = EventValue.Of(substitution.Replace(list[i].AsString(), target, context.Now));
                }
            }
        }
    }
}
