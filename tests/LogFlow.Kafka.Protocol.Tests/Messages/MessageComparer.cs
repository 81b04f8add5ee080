using System.Collections;
using System.Reflection;

namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>Compares two messages field by field.</summary>
internal static class MessageComparer
{
    /// <summary>The scalar fields that differ, by path without indices: <c>Topics.Partitions.Index</c>.</summary>
    public static IEnumerable<(string Path, object? Left, object? Right)> Differences(object left, object right) =>
        left.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .SelectMany(property => Compare(property.Name, property.GetValue(left), property.GetValue(right)));

    /// <summary>The default of the field at a path.</summary>
    public static object? DefaultOf(MessageType type, string path)
    {
        object target = type.Create();
        var steps = path.Split('.');
        foreach (var step in steps[..^1])
        {
            var declared = target.GetType().GetProperty(step)!.PropertyType;
            var element = declared.IsGenericType ? declared.GetGenericArguments()[0] : declared;
            target = Activator.CreateInstance(element)!;
        }

        var value = target.GetType().GetProperty(steps[^1])!.GetValue(target);
        return value is null ? null : Comparable(value);
    }

    private static IEnumerable<(string Path, object? Left, object? Right)> Compare(
        string path, object? left, object? right)
    {
        if (left is null || right is null)
        {
            return Equals(left, right) ? [] : [(path, Comparable(left), Comparable(right))];
        }

        if (left is IList lefts && right is IList rights && IsStructList(lefts) && lefts.Count == rights.Count)
        {
            return lefts.Cast<object>().Zip(rights.Cast<object>())
                .SelectMany(pair => Nested(path, pair.First, pair.Second));
        }

        if (left.GetType().DeclaringType is not null)
        {
            return Nested(path, left, right);
        }

        return Equals(Comparable(left), Comparable(right)) ? [] : [(path, Comparable(left), Comparable(right))];
    }

    private static IEnumerable<(string Path, object? Left, object? Right)> Nested(
        string path, object left, object right) =>
        Differences(left, right).Select(inner => ($"{path}.{inner.Path}", inner.Left, inner.Right));

    private static bool IsStructList(IList list) => list.GetType().GetGenericArguments()[0].DeclaringType is not null;

    private static object? Comparable(object? value) => value switch
    {
        ReadOnlyMemory<byte> bytes => Convert.ToHexString(bytes.Span),
        IList list when IsStructList(list) => $"{list.Count} elements",
        IList list => string.Join(",", list.Cast<object>()),
        _ => value,
    };
}
