using System.Buffers;

namespace LogFlow.Processor.Pipeline;

/// <summary>Events as JSON with fields that are not theirs: the event stays as it is.</summary>
internal static partial class EventJson
{
    private const int AdditionsMax = 16;
    private const int NotThere = -1;
    private const int LeftOut = -2;

    /// <summary>Writes a map as JSON with additions; those of one parent stand next to each other.</summary>
    /// <exception cref="EventFieldException">A parent has another value than a map.</exception>
    public static void WriteMap(IBufferWriter<byte> output, EventMap map, ReadOnlySpan<EventAddition> additions)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(additions.Length, AdditionsMax);
        var writer = new JsonOutput(output);
        WriteMerged(ref writer, map, additions, depth: 0);
        writer.Flush();
    }

    private static void WriteMerged(
        ref JsonOutput writer, EventMap? map, ReadOnlySpan<EventAddition> additions, int depth)
    {
        Span<int> places = stackalloc int[additions.Length];
        FindPlaces(map, additions, depth, places);
        writer.Byte((byte)'{');
        var count = 0;
        if (map is not null)
        {
            count = map.Count;
            WriteMembers(ref writer, map, additions, depth, places);
        }

        for (var i = 0; i < additions.Length; i++)
        {
            if (places[i] == NotThere && IsFirstOfItsParent(additions, i, depth))
            {
                var name = additions[i].SegmentAt(depth).JsonName;
                writer.Raw(count == 0 ? name.AsSpan(1) : name);
                WriteAddition(ref writer, parent: null, additions[i..], depth);
                count++;
            }
        }

        writer.Byte((byte)'}');
    }

    /// <summary>Where the names of the additions are in the map already.</summary>
    private static void FindPlaces(EventMap? map, ReadOnlySpan<EventAddition> additions, int depth, Span<int> places)
    {
        for (var i = 0; i < additions.Length; i++)
        {
            places[i] = map?.IndexOf(additions[i].SegmentAt(depth)) ?? NotThere;
            if (depth > 0 || places[i] < 0)
            {
                continue;
            }

            var parent = map!.ValueAt(places[i]);
            if (parent.Map is null && !parent.IsNil)
            {
                places[i] = additions[i].IsOptional
                    ? LeftOut
                    : throw new EventFieldException(
                        $"{additions[i].Field} cannot be written: [{additions[i].SegmentAt(0).Name}] is no map");
            }
        }
    }

    private static void WriteMembers(
        ref JsonOutput writer, EventMap map, ReadOnlySpan<EventAddition> additions, int depth,
        scoped ReadOnlySpan<int> places)
    {
        var source = map.Source.Span;
        var members = map.Members;
        for (var i = 0; i < members.Length;)
        {
            var addition = places.IndexOf(i);
            ref readonly var member = ref members[i];
            if (addition < 0 && IsUnchanged(in member))
            {
                if (i > 0)
                {
                    writer.Byte((byte)',');
                }

                WriteUnchanged(ref writer, source, members[..NextPlace(places, i, members.Length)], ref i);
                continue;
            }

            WriteName(ref writer, source, in member, isFirst: i == 0);
            if (addition < 0)
            {
                Write(ref writer, member.Value);
            }
            else
            {
                WriteAddition(ref writer, depth == 0 ? map.ValueAt(i).Map : null, additions[addition..], depth);
            }

            i++;
        }
    }

    /// <summary>At the top: the parent's members with the additions of that parent; below: the first one's
    /// value.</summary>
    private static void WriteAddition(
        ref JsonOutput writer, EventMap? parent, ReadOnlySpan<EventAddition> additions, int depth)
    {
        if (depth > 0)
        {
            Write(ref writer, additions[0].Value);
            return;
        }

        var count = 1;
        while (count < additions.Length && additions[count].SegmentAt(0).Name == additions[0].SegmentAt(0).Name)
        {
            count++;
        }

        WriteMerged(ref writer, parent, additions[..count], depth: 1);
    }

    private static bool IsFirstOfItsParent(ReadOnlySpan<EventAddition> additions, int index, int depth) =>
        depth > 0 || index == 0 || additions[index].SegmentAt(0).Name != additions[index - 1].SegmentAt(0).Name;

    /// <summary>Up to where members can be copied in one piece: the next one that is not written as it is.</summary>
    private static int NextPlace(ReadOnlySpan<int> places, int from, int end)
    {
        foreach (var place in places)
        {
            if (place > from && place < end)
            {
                end = place;
            }
        }

        return end;
    }
}
