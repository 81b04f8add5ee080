using System.Collections;
using System.Reflection;

namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>Fills messages with random contents, the same for the same seed.</summary>
internal static class RandomMessage
{
    private const int ArrayElementsMax = 3;

    // Multi-byte characters, so that lengths in bytes and in characters differ.
    private const string Alphabet = "abcXYZ019-._ äß€😀";

    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>A message all of whose fields can be written in <paramref name="version"/>.</summary>
    public static IKafkaMessage Create(MessageType type, short version, int seed)
    {
        // Which fields may be null depends on the version, and only the table knows: ask by trying.
        var message = Fill(type.Create(), new Random(seed), withNulls: true);
        try
        {
            MessageType.Write(message, version);
            return message;
        }
        catch (InvalidOperationException)
        {
            return Fill(type.Create(), new Random(seed), withNulls: false);
        }
    }

    private static T Fill<T>(T target, Random random, bool withNulls)
        where T : notnull
    {
        foreach (var property in target.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var isNullable = IsNullable(property);
            var isNull = isNullable && random.Next(4) == 0;
            var keepsDefault = random.Next(8) == 0;
            if (isNull && withNulls)
            {
                property.SetValue(target, null);
            }
            else if (!keepsDefault || property.GetValue(target) is null)
            {
                property.SetValue(target, Value(property.PropertyType, random, withNulls));
            }
        }

        return target;
    }

    private static bool IsNullable(PropertyInfo property)
    {
        lock (Nullability)
        {
            return Nullability.Create(property).ReadState == NullabilityState.Nullable;
        }
    }

    private static object Value(Type declared, Random random, bool withNulls)
    {
        var type = System.Nullable.GetUnderlyingType(declared) ?? declared;
        if (type == typeof(string))
        {
            return Text(random);
        }

        if (type == typeof(ReadOnlyMemory<byte>))
        {
            // Now and then long enough to be referenced by the writer, not copied.
            var bytes = new byte[random.Next(5) == 0 ? random.Next(3000) : random.Next(20)];
            random.NextBytes(bytes);
            return new ReadOnlyMemory<byte>(bytes);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>))
        {
            var list = (IList)Activator.CreateInstance(type)!;
            for (var left = random.Next(ArrayElementsMax + 1); left > 0; left--)
            {
                list.Add(Value(type.GetGenericArguments()[0], random, withNulls));
            }

            return list;
        }

        return type.IsValueType
            ? Scalar(type, random)
            : Fill(Activator.CreateInstance(type)!, random, withNulls);
    }

    private static object Scalar(Type type, Random random)
    {
        var bits = random.NextInt64(long.MinValue, long.MaxValue);
        return 0 switch
        {
            _ when type == typeof(bool) => (bits & 1) == 0,
            _ when type == typeof(sbyte) => (sbyte)bits,
            _ when type == typeof(short) => (short)bits,
            _ when type == typeof(ushort) => (ushort)bits,
            _ when type == typeof(int) => (int)bits,
            _ when type == typeof(long) => bits,
            _ when type == typeof(double) => random.NextDouble() * bits,
            _ when type == typeof(ErrorCode) => (ErrorCode)(short)random.Next(-1, 134),
            _ when type == typeof(Guid) => RandomGuid(random),
            _ => throw new NotSupportedException($"No random {type}."),
        };
    }

    private static Guid RandomGuid(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private static string Text(Random random)
    {
        var runes = Alphabet.EnumerateRunes().ToArray();
        var length = random.Next(6) == 0 ? random.Next(100, 300) : random.Next(12);
        return string.Concat(Enumerable.Range(0, length).Select(_ => runes[random.Next(runes.Length)].ToString()));
    }
}
