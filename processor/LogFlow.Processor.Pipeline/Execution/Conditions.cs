using System.Text.RegularExpressions;

namespace LogFlow.Processor.Pipeline;

/// <summary>An operand: a field of the event or a constant.</summary>
internal readonly record struct Operand(FieldReference? Field, EventValue Constant)
{
    public EventValue Of(Event source) => Field is null ? Constant : source.Get(Field);

    public string Name => Field?.Text ?? EventJson.ToJsonString(Constant);
}

/// <summary>and, or, xor, nand; and and or do not look at the right side when the left decides.</summary>
internal sealed class BinaryCondition(string name, Condition left, Condition right) : Condition
{
    private readonly bool _isAnd = name is "and" or "nand";
    private readonly bool _isXor = name == "xor";
    private readonly bool _isNegated = name == "nand";

    public override IEnumerable<Operand> Operands => left.Operands.Concat(right.Operands);

    public override Verdict Evaluate(Event source)
    {
        var first = left.Evaluate(source);
        if (first == Verdict.Error)
        {
            return first;
        }
        Verdict result;
        if (!_isXor && first == (_isAnd ? Verdict.False : Verdict.True))
        {
            result = first;
        }
        else
        {
            var second = right.Evaluate(source);
            if (second == Verdict.Error)
            {
                return second;
            }
            result = !_isXor ? second : first != second ? Verdict.True : Verdict.False;
        }
        return _isNegated ? (result == Verdict.True ? Verdict.False : Verdict.True) : result;
    }

    public override string DescribeError(Event source) =>
        (left.Evaluate(source) == Verdict.Error ? left : right).DescribeError(source);
}

/// <summary>!( ).</summary>
internal sealed class NotCondition(Condition operand) : Condition
{
    public override IEnumerable<Operand> Operands => operand.Operands;

    public override Verdict Evaluate(Event source) => operand.Evaluate(source) switch
    {
        Verdict.True => Verdict.False,
        Verdict.False => Verdict.True,
        _ => Verdict.Error,
    };

    public override string DescribeError(Event source) => operand.DescribeError(source);
}

/// <summary>A value alone: missing, null, false, "" and "false" are false; 0 and [] are true.</summary>
internal sealed class TruthCondition(Operand operand) : Condition
{
    public override IEnumerable<Operand> Operands => [operand];

    public override Verdict Evaluate(Event source)
    {
        var value = operand.Of(source);
        var isTrue = value.Kind switch
        {
            ValueKind.Missing or ValueKind.Null => false,
            ValueKind.Boolean => value.Boolean,
            ValueKind.String => value.Span.Length > 0 && !value.Span.SequenceEqual("false"),
            _ => true,
        };
        return isTrue ? Verdict.True : Verdict.False;
    }

    public override string DescribeError(Event source) => string.Empty;
}

/// <summary>== and !=: types matter.</summary>
internal sealed class EqualityCondition(Operand left, Operand right, bool isNegated) : Condition
{
    public override IEnumerable<Operand> Operands => [left, right];

    public override Verdict Evaluate(Event source) =>
        left.Of(source).Equals(right.Of(source)) != isNegated ? Verdict.True : Verdict.False;

    public override string DescribeError(Event source) => string.Empty;
}

/// <summary>
/// Less than, greater than and so on: numbers with numbers, texts with texts, instants with instants.
/// </summary>
internal sealed class OrderCondition(Operand left, Operand right, string name) : Condition
{
    private readonly bool _orEqual = name.Length == 2;
    private readonly bool _isLess = name[0] == '<';

    public override IEnumerable<Operand> Operands => [left, right];

    public override Verdict Evaluate(Event source)
    {
        var a = left.Of(source);
        var b = right.Of(source);
        int order;
        if (a.IsString && b.IsString)
        {
            order = a.Span.SequenceCompareTo(b.Span);
        }
        else if (a.Kind == ValueKind.Integer && b.Kind == ValueKind.Integer)
        {
            order = a.Integer.CompareTo(b.Integer);
        }
        else if (a.IsNumber && b.IsNumber)
        {
            order = a.Float.CompareTo(b.Float);
        }
        else if (a.Kind == ValueKind.Timestamp && b.Kind == ValueKind.Timestamp)
        {
            order = a.Timestamp.CompareTo(b.Timestamp);
        }
        else
        {
            return Verdict.Error;
        }
        var holds = order == 0 ? _orEqual : order < 0 == _isLess;
        return holds ? Verdict.True : Verdict.False;
    }

    public override string DescribeError(Event source) =>
        $"{Describe(left, source)} cannot be compared by {name} with {Describe(right, source)}; "
        + "guard the comparison with: if [field] and ...";

    private static string Describe(Operand operand, Event source)
    {
        var value = operand.Of(source);
        var kind = value.Kind switch
        {
            ValueKind.Missing => "missing",
            ValueKind.Null => "null",
            ValueKind.String => "a text",
            ValueKind.Integer or ValueKind.Float or ValueKind.BigInteger => "a number",
            ValueKind.Boolean => "a boolean",
            ValueKind.Timestamp => "an instant",
            ValueKind.List => "a list",
            _ => "a map",
        };
        return $"{operand.Name} ({kind})";
    }
}

/// <summary>=~ and !~: only texts can match.</summary>
internal sealed class MatchCondition(Operand left, TieredRegex pattern, bool isNegated) : Condition
{
    public override IEnumerable<Operand> Operands => [left];

    public override Verdict Evaluate(Event source)
    {
        var value = left.Of(source);
        try
        {
            var matches = value.IsString && pattern.Current.IsMatchPatiently(value.Span);
            return matches != isNegated ? Verdict.True : Verdict.False;
        }
        catch (RegexMatchTimeoutException)
        {
            return Verdict.Error;
        }
    }

    public override string DescribeError(Event source) =>
        $"matching {left.Name} with /{pattern}/ took longer than {pattern.Timeout.TotalSeconds} s";
}

/// <summary>in and not in.</summary>
internal sealed class InclusionCondition(Operand left, Operand right, bool isNegated) : Condition
{
    public override IEnumerable<Operand> Operands => [left, right];

    public override Verdict Evaluate(Event source)
    {
        var item = left.Of(source);
        var container = right.Of(source);
        return Includes(item, container) != isNegated ? Verdict.True : Verdict.False;
    }

    public override string DescribeError(Event source) => string.Empty;

    private bool Includes(EventValue item, EventValue container)
    {
        if (item.IsNil || item.Kind is ValueKind.List or ValueKind.Map || container.IsNil)
        {
            return false;
        }
        if (container.List is { } list)
        {
            // A field is looked up in a constant list by its text: 500 is in ["500"].
            var byText = left.Field is not null && right.Field is null;
            return byText ? ContainsText(list, item) : Contains(list, item);
        }
        if (container.IsString)
        {
            if (item.IsString)
            {
                return container.Span.IndexOf(item.Span, StringComparison.Ordinal) >= 0;
            }
            return left.Field is not null && right.Field is null
                && container.Span.IndexOf(item.ToText(), StringComparison.Ordinal) >= 0;
        }
        return container.Equals(item);
    }

    private static bool Contains(EventList list, EventValue item)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].Equals(item))
            {
                return true;
            }
        }
        return false;
    }

    private static bool ContainsText(EventList list, EventValue item)
    {
        var text = item.IsString ? null : item.ToText();
        var span = text is null ? item.Span : text;
        for (var i = 0; i < list.Count; i++)
        {
            var candidate = list[i];
            if (candidate.IsString ? candidate.Span.SequenceEqual(span) : span.SequenceEqual(candidate.ToText()))
            {
                return true;
            }
        }
        return false;
    }
}
