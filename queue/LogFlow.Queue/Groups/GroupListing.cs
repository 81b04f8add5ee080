namespace LogFlow.Queue;

/// <summary>A group as ListGroups and status lines show it.</summary>
/// <param name="Type"><c>classic</c> or <c>consumer</c>.</param>
/// <param name="ProtocolType">What kind of members it has; empty: none came so far.</param>
/// <param name="State">By its protocol's names.</param>
/// <param name="MemberCount">How many are in it.</param>
internal sealed record GroupListing(string Type, string ProtocolType, string State, int MemberCount);
