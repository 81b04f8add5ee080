using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// One field's value: 16 bytes, no boxing of numbers, booleans and timestamps. A string may be a slice of a longer one
/// (what grok and dissect capture), so that text which is only passed on is never copied.
/// </summary>
/// <remarks>The default value is <see cref="ValueKind.Missing"/>.</remarks>
public readonly struct EventValue : IEquatable<EventValue>
{
    private const long WholeString = -1;

    private static readonly KindTag NullTag = new(ValueKind.Null, 0);
    private static readonly KindTag BooleanTag = new(ValueKind.Boolean, 0);
    private static readonly KindTag IntegerTag = new(ValueKind.Integer, 0);
    private static readonly KindTag FloatTag = new(ValueKind.Float, 0);

    // 100 nanoseconds fit into a tick; what is left over (0..99) chooses the tag, so a timestamp needs no third word.
    private static readonly KindTag[] TimestampTags = CreateTimestampTags();

    // null: missing; KindTag: a scalar in _bits; string: _bits is WholeString or start << 32 | length.
    private readonly object? _reference;
    private readonly long _bits;

    private EventValue(object? reference, long bits)
    {
        _reference = reference;
        _bits = bits;
    }

    /// <summary>No value.</summary>
    public static EventValue Missing => default;

    /// <summary>JSON null.</summary>
    public static EventValue Null => new(NullTag, 0);

    /// <summary>The type of this value.</summary>
    public ValueKind Kind => _reference switch
    {
        null => ValueKind.Missing,
        string => ValueKind.String,
        KindTag tag => tag.Kind,
        EventMap => ValueKind.Map,
        EventList => ValueKind.List,
        _ => ValueKind.BigInteger,
    };

    /// <summary>Whether there is no such field.</summary>
    public bool IsMissing => _reference is null;

    /// <summary>Whether the value is missing or null: what Logstash calls nil.</summary>
    public bool IsNil => _reference is null || ReferenceEquals(_reference, NullTag);

    /// <summary>Whether this is text.</summary>
    public bool IsString => _reference is string;

    /// <summary>Whether this is an integer or a float of any size.</summary>
    public bool IsNumber => Kind is ValueKind.Integer or ValueKind.Float or ValueKind.BigInteger;

    /// <summary>The integer of a <see cref="ValueKind.Integer"/>.</summary>
    public long Integer => Require(ValueKind.Integer)._bits;

    /// <summary>The value of a <see cref="ValueKind.Boolean"/>.</summary>
    public bool Boolean => Require(ValueKind.Boolean)._bits != 0;

    /// <summary>A number of any kind as a double.</summary>
    public double Float => Kind switch
    {
        ValueKind.Float => BitConverter.Int64BitsToDouble(_bits),
        ValueKind.Integer => _bits,
        ValueKind.BigInteger => (double)(BigInteger)_reference!,
        _ => throw WrongKind(ValueKind.Float),
    };

    /// <summary>The number of a <see cref="ValueKind.Integer"/> or <see cref="ValueKind.BigInteger"/>.</summary>
    public BigInteger BigInteger => _reference is BigInteger big ? big : Integer;

    /// <summary>The instant of a <see cref="ValueKind.Timestamp"/>.</summary>
    public EventTimestamp Timestamp
    {
        get
        {
            var tag = (KindTag)Require(ValueKind.Timestamp)._reference!;
            return new EventTimestamp(_bits, tag.SubTickNanos);
        }
    }

    /// <summary>The map of a <see cref="ValueKind.Map"/>; else null.</summary>
    public EventMap? Map => _reference as EventMap;

    /// <summary>The list of a <see cref="ValueKind.List"/>; else null.</summary>
    public EventList? List => _reference as EventList;

    /// <summary>Whether this is a map or a list.</summary>
    internal bool IsContainer => _reference is EventMap or EventList;

    /// <summary>The characters of a string, without copying.</summary>
    public ReadOnlySpan<char> Span
    {
        get
        {
            if (_reference is not string text)
            {
                throw WrongKind(ValueKind.String);
            }
            return _bits == WholeString ? text : text.AsSpan((int)(_bits >> 32), (int)_bits);
        }
    }

    /// <summary>A 64-bit integer.</summary>
    public static EventValue Of(long value) => new(IntegerTag, value);

    /// <summary>A double.</summary>
    public static EventValue Of(double value) => new(FloatTag, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A boolean.</summary>
    public static EventValue Of(bool value) => new(BooleanTag, value ? 1 : 0);

    /// <summary>A text; null gives <see cref="Null"/>.</summary>
    public static EventValue Of(string? value) => value is null ? Null : new(value, WholeString);

    /// <summary>An instant.</summary>
    public static EventValue Of(EventTimestamp value) => new(TimestampTags[value.SubTickNanos], value.Ticks);

    /// <summary>A list (by reference).</summary>
    public static EventValue Of(EventList value) => new(value, 0);

    /// <summary>A map (by reference).</summary>
    public static EventValue Of(EventMap value) => new(value, 0);

    /// <summary>An integer of any size; 64-bit ones become <see cref="ValueKind.Integer"/>.</summary>
    public static EventValue Of(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? Of((long)value) : new(value, 0);

    /// <summary>A part of a text, without copying it.</summary>
    public static EventValue Slice(string text, int start, int length) =>
        start == 0 && length == text.Length ? Of(text) : new(text, ((long)start << 32) | (uint)length);

    /// <summary>The text of a string as an object of its own.</summary>
    public string AsString() => _reference is string text && _bits == WholeString ? text : Span.ToString();

    /// <summary>
    /// The text form that sprintf and grok see: numbers as Ruby prints them, lists and maps as JSON, nil as "".
    /// </summary>
    public string ToText() => Kind switch
    {
        ValueKind.Missing or ValueKind.Null => string.Empty,
        ValueKind.Boolean => _bits != 0 ? "true" : "false",
        ValueKind.Integer => _bits.ToString(CultureInfo.InvariantCulture),
        ValueKind.Float => NumberText.Format(BitConverter.Int64BitsToDouble(_bits)),
        ValueKind.BigInteger => ((BigInteger)_reference!).ToString(CultureInfo.InvariantCulture),
        ValueKind.String => AsString(),
        ValueKind.Timestamp => Timestamp.ToString(),
        _ => EventJson.ToJsonString(this),
    };

    /// <summary>A copy that shares nothing mutable with this value.</summary>
    public EventValue DeepClone() => _reference switch
    {
        EventMap map => Of(map.DeepClone()),
        EventList list => Of(list.DeepClone()),
        _ => this,
    };

    /// <summary>
    /// Equality as Logstash's <c>==</c>: types matter ("5" is not 5), numbers compare by value (3 is 3.0), missing
    /// equals missing and null.
    /// </summary>
    public bool Equals(EventValue other)
    {
        var kind = Kind;
        var otherKind = other.Kind;
        if (IsNil || other.IsNil)
        {
            return IsNil && other.IsNil;
        }
        if (kind != otherKind)
        {
            return IsNumber && other.IsNumber && Float == other.Float;
        }
        return kind switch
        {
            ValueKind.String => Span.SequenceEqual(other.Span),
            ValueKind.Float => Float == other.Float,
            ValueKind.BigInteger => BigInteger == other.BigInteger,
            ValueKind.Timestamp => Timestamp == other.Timestamp,
            ValueKind.List => List!.ContentEquals(other.List!),
            ValueKind.Map => Map!.ContentEquals(other.Map!),
            _ => _bits == other._bits,
        };
    }

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is EventValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Kind switch
    {
        ValueKind.Missing or ValueKind.Null => 0,
        ValueKind.String => string.GetHashCode(Span, StringComparison.Ordinal),
        ValueKind.Integer or ValueKind.Float or ValueKind.BigInteger => Float.GetHashCode(),
        ValueKind.List => List!.Count,
        ValueKind.Map => Map!.Count,
        _ => _bits.GetHashCode(),
    };

    /// <inheritdoc/>
    public override string ToString() => ToText();

    /// <summary>See <see cref="Equals(EventValue)"/>.</summary>
    public static bool operator ==(EventValue left, EventValue right) => left.Equals(right);

    /// <summary>See <see cref="Equals(EventValue)"/>.</summary>
    public static bool operator !=(EventValue left, EventValue right) => !left.Equals(right);

    private static KindTag[] CreateTimestampTags()
    {
        var tags = new KindTag[100];
        for (var i = 0; i < tags.Length; i++)
        {
            tags[i] = new KindTag(ValueKind.Timestamp, i);
        }
        return tags;
    }

    private EventValue Require(ValueKind kind) => Kind == kind ? this : throw WrongKind(kind);

    private InvalidOperationException WrongKind(ValueKind wanted) => new($"The value is a {Kind}, not a {wanted}.");

    private sealed class KindTag(ValueKind kind, int subTickNanos)
    {
        public readonly ValueKind Kind = kind;
        public readonly int SubTickNanos = subTickNanos;
    }
}
