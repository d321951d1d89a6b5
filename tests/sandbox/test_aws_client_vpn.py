"""The simulated Client VPN as boto3 sees it: states that take time, what a cut takes along, and AWS's refusals."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.world import ADDED_ROUTE, PARIS, TOKYO, TOKYO_SUBNETS, TOKYO_VPC
from tests.sandbox.conftest import Account

ONE, TWO = TOKYO_SUBNETS
PARIS_SUBNET = "subnet-0a1b2c3d4e5f60003"


@pytest.fixture
def ec2(aws: Account) -> Any:
    return aws.ec2_of("mika@example.com")


def states(ec2: Any, endpoint: str = TOKYO) -> dict[str, str]:
    found = ec2.describe_client_vpn_target_networks(ClientVpnEndpointId=endpoint)["ClientVpnTargetNetworks"]
    return {network["TargetNetworkId"]: network["Status"]["Code"] for network in found}


def routes(ec2: Any, endpoint: str = TOKYO) -> set[tuple[str, str]]:
    found = ec2.describe_client_vpn_routes(ClientVpnEndpointId=endpoint)["Routes"]
    return {(route["DestinationCidr"], route["Origin"]) for route in found}


def groups(ec2: Any) -> list[str]:
    found = ec2.describe_client_vpn_endpoints(ClientVpnEndpointIds=[TOKYO])["ClientVpnEndpoints"]
    told: list[str] = found[0]["SecurityGroupIds"]
    return told


def associate(ec2: Any, subnet: str = ONE, **more: str) -> str:
    made = ec2.associate_client_vpn_target_network(ClientVpnEndpointId=TOKYO, SubnetId=subnet, **more)
    told: str = made["AssociationId"]
    return told


def disassociate(ec2: Any, association: str) -> str:
    cut = ec2.disassociate_client_vpn_target_network(ClientVpnEndpointId=TOKYO, AssociationId=association)
    told: str = cut["Status"]["Code"]
    return told


def refused(code: str, call: Callable[..., Any], **params: Any) -> str:
    """The message of a call that is refused with `code`."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    assert caught.value.response["Error"]["Code"] == code
    return str(caught.value.response["Error"]["Message"])


def test_a_fresh_account_has_two_endpoints_with_a_route_and_groups_and_nothing_associated(ec2: Any) -> None:
    tokyo, paris = ec2.describe_client_vpn_endpoints()["ClientVpnEndpoints"]
    assert (tokyo["ClientVpnEndpointId"], paris["ClientVpnEndpointId"]) == (TOKYO, PARIS)
    assert tokyo["Status"]["Code"] == "pending-associate"
    assert tokyo["Tags"] == [{"Key": "Name", "Value": "tokyo"}]
    assert groups(ec2) != [TOKYO_VPC.default_group]
    assert routes(ec2) == routes(ec2, PARIS) == {(ADDED_ROUTE, "add-route")}
    assert states(ec2) == {}


def test_an_association_takes_its_time_and_then_the_endpoint_is_available(aws: Account, ec2: Any) -> None:
    aws.sandbox.pace.associate_s = 900
    associate(ec2)
    aws.clock.advance(899)
    assert states(ec2) == {ONE: "associating"}
    aws.clock.advance(1)
    assert states(ec2) == {ONE: "associated"}
    assert (TOKYO_VPC.cidr, "associate") in routes(ec2)
    endpoint = ec2.describe_client_vpn_endpoints(ClientVpnEndpointIds=[TOKYO])["ClientVpnEndpoints"][0]
    assert endpoint["Status"]["Code"] == "available"
    assert endpoint["AssociatedTargetNetworks"] == [{"NetworkId": ONE, "NetworkType": "vpc"}]


def test_the_last_cut_takes_connections_routes_and_groups_along_and_then_the_network_is_gone(
    aws: Account, ec2: Any
) -> None:
    association = associate(ec2)
    aws.clock.advance(10)
    aws.sandbox.connect("tokyo", "mika")
    assert disassociate(ec2, association) == "disassociating"
    assert states(ec2) == {ONE: "disassociating"}
    assert routes(ec2) == set()
    assert groups(ec2) == [TOKYO_VPC.default_group]
    (connection,) = ec2.describe_client_vpn_connections(ClientVpnEndpointId=TOKYO)["Connections"]
    assert connection["Status"]["Code"] == "terminated"
    aws.clock.advance(aws.sandbox.pace.disassociate_s)
    assert states(ec2) == {ONE: "disassociated"}
    aws.clock.advance(aws.sandbox.pace.gone_s)
    assert states(ec2) == {}
    refused(
        "InvalidClientVpnAssociationId.NotFound",
        ec2.disassociate_client_vpn_target_network,
        ClientVpnEndpointId=TOKYO,
        AssociationId=association,
    )


def test_a_cut_leaves_the_other_network_its_connections_and_its_groups(aws: Account, ec2: Any) -> None:
    first, before = associate(ec2, ONE), groups(ec2)
    associate(ec2, TWO)
    aws.clock.advance(10)
    aws.sandbox.connect("tokyo", "mika")
    disassociate(ec2, first)
    (connection,) = ec2.describe_client_vpn_connections(ClientVpnEndpointId=TOKYO)["Connections"]
    assert connection["Status"]["Code"] == "active"
    assert groups(ec2) == before
    assert routes(ec2) == {(TOKYO_VPC.cidr, "associate")}


def test_routes_and_groups_can_survive_since_aws_does_not_say(aws: Account, ec2: Any) -> None:
    aws.sandbox.pace.routes_survive = True
    before = groups(ec2)
    association = associate(ec2)
    disassociate(ec2, association)
    assert routes(ec2) == {(ADDED_ROUTE, "add-route")}
    assert groups(ec2) == before


def test_the_same_client_token_is_the_same_association_and_never_another(aws: Account, ec2: Any) -> None:
    first = associate(ec2, ONE, ClientToken="t-1")
    assert associate(ec2, ONE, ClientToken="t-1") == first
    refused(
        "IdempotentParameterMismatch",
        ec2.associate_client_vpn_target_network,
        ClientVpnEndpointId=TOKYO,
        SubnetId=TWO,
        ClientToken="t-1",
    )
    disassociate(ec2, first)
    aws.clock.advance(1800)
    assert associate(ec2, ONE, ClientToken="t-1") == first, "a used token starts nothing new"


@pytest.mark.parametrize(
    ("subnet", "code"),
    [
        (ONE, "InvalidClientVpnDuplicateAssociation"),
        ("subnet-0000", "InvalidClientVpnSubnetId.NotFound"),
        (PARIS_SUBNET, "InvalidParameterValue"),
    ],
)
def test_a_network_that_cannot_be_associated_is_refused_with_awss_code(ec2: Any, subnet: str, code: str) -> None:
    associate(ec2)
    refused(code, ec2.associate_client_vpn_target_network, ClientVpnEndpointId=TOKYO, SubnetId=subnet)


def test_one_network_an_availability_zone(aws: Account, ec2: Any) -> None:
    same_zone = aws.sandbox.vpn.subnets[ONE]
    aws.sandbox.vpn.subnets["subnet-same-zone"] = type(same_zone)(
        "subnet-same-zone", same_zone.vpc, same_zone.zone, "10.0.3.0/24"
    )
    associate(ec2)
    refused(
        "InvalidClientVpnSubnetId.DuplicateAz",
        ec2.associate_client_vpn_target_network,
        ClientVpnEndpointId=TOKYO,
        SubnetId="subnet-same-zone",
    )


def test_an_association_that_fails_is_shown_and_can_be_tried_again(aws: Account, ec2: Any) -> None:
    aws.sandbox.fault("EC2", "AssociateClientVpnTargetNetwork", error="association-failed")
    associate(ec2)
    aws.clock.advance(10)
    (network,) = ec2.describe_client_vpn_target_networks(ClientVpnEndpointId=TOKYO)["ClientVpnTargetNetworks"]
    assert network["Status"]["Code"] == "association-failed"
    assert network["Status"]["Message"]
    assert aws.sandbox.state()["bill"]["usd"] == 0
    associate(ec2)
    aws.clock.advance(10)
    assert states(ec2) == {ONE: "associated"}


def test_an_unknown_endpoint_is_refused_by_every_operation(ec2: Any) -> None:
    calls: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (ec2.describe_client_vpn_target_networks, {}),
        (ec2.describe_client_vpn_connections, {}),
        (ec2.describe_client_vpn_routes, {}),
        (ec2.describe_client_vpn_authorization_rules, {}),
        (ec2.export_client_vpn_client_configuration, {}),
        (ec2.terminate_client_vpn_connections, {"Username": "mika"}),
        (ec2.associate_client_vpn_target_network, {"SubnetId": ONE}),
        (ec2.disassociate_client_vpn_target_network, {"AssociationId": "cvpn-assoc-1"}),
        (ec2.create_client_vpn_route, {"DestinationCidrBlock": "10.9.0.0/16", "TargetVpcSubnetId": ONE}),
        (ec2.delete_client_vpn_route, {"DestinationCidrBlock": "10.9.0.0/16", "TargetVpcSubnetId": ONE}),
        (ec2.authorize_client_vpn_ingress, {"TargetNetworkCidr": "10.9.0.0/16", "AuthorizeAllGroups": True}),
        (ec2.revoke_client_vpn_ingress, {"TargetNetworkCidr": "10.9.0.0/16", "RevokeAllGroups": True}),
        (
            ec2.apply_security_groups_to_client_vpn_target_network,
            {"VpcId": TOKYO_VPC.id, "SecurityGroupIds": [TOKYO_VPC.default_group]},
        ),
        (ec2.delete_client_vpn_endpoint, {}),
    ]
    for call, params in calls:
        refused("InvalidClientVpnEndpointId.NotFound", call, ClientVpnEndpointId="cvpn-endpoint-0000", **params)
    refused(
        "InvalidClientVpnEndpointId.NotFound",
        ec2.describe_client_vpn_endpoints,
        ClientVpnEndpointIds=["cvpn-endpoint-0000"],
    )


def test_routes_need_an_associated_subnet_and_are_made_once(ec2: Any) -> None:
    wanted = {"ClientVpnEndpointId": TOKYO, "DestinationCidrBlock": "10.30.0.0/16", "TargetVpcSubnetId": ONE}
    refused("InvalidClientVpnActiveAssociationNotFound", ec2.create_client_vpn_route, **wanted)
    associate(ec2)
    made = ec2.create_client_vpn_route(**wanted, Description="Labs", ClientToken="r-1")
    assert made["Status"]["Code"] == "creating"
    ec2.create_client_vpn_route(**wanted, Description="Labs", ClientToken="r-1")
    refused("InvalidClientVpnDuplicateRoute", ec2.create_client_vpn_route, **wanted)
    refused(
        "InvalidParameterValue",
        ec2.create_client_vpn_route,
        **{**wanted, "DestinationCidrBlock": "everywhere"},
    )
    assert ("10.30.0.0/16", "add-route") in routes(ec2)
    ec2.delete_client_vpn_route(**wanted)
    refused("InvalidClientVpnRouteNotFound", ec2.delete_client_vpn_route, **wanted)
    refused(
        "InvalidParameterValue",
        ec2.delete_client_vpn_route,
        **{**wanted, "DestinationCidrBlock": TOKYO_VPC.cidr},
    )


def test_security_groups_are_replaced_whole_and_only_by_known_ones(ec2: Any) -> None:
    known = sorted(TOKYO_VPC.groups)
    apply = ec2.apply_security_groups_to_client_vpn_target_network
    answer = apply(ClientVpnEndpointId=TOKYO, VpcId=TOKYO_VPC.id, SecurityGroupIds=known)
    assert answer["SecurityGroupIds"] == known == groups(ec2)
    to = {"ClientVpnEndpointId": TOKYO, "VpcId": TOKYO_VPC.id}
    refused("InvalidGroup.NotFound", apply, **to, SecurityGroupIds=["sg-0000"])
    refused("InvalidParameterValue", apply, **to, SecurityGroupIds=known * 3)
    refused("InvalidVpcID.NotFound", apply, **{**to, "VpcId": "vpc-0000"}, SecurityGroupIds=known)


def test_ended_connections_are_told_of_for_an_hour(aws: Account, ec2: Any) -> None:
    associate(ec2)
    aws.clock.advance(10)
    ended = aws.sandbox.connect("tokyo", "ren")
    aws.sandbox.connect("tokyo", "mika", username="mika.ad")
    aws.clock.advance(60)
    assert aws.sandbox.disconnect("tokyo", "ren") == [ended]
    one, two = ec2.describe_client_vpn_connections(ClientVpnEndpointId=TOKYO)["Connections"]
    assert (one["CommonName"], one["Status"]["Code"], "Username" in one) == ("ren", "terminated", False)
    assert (two["CommonName"], two["Status"]["Code"], two["Username"]) == ("mika", "active", "mika.ad")
    assert one["ConnectionEndTime"] == aws.clock.now().strftime("%Y-%m-%d %H:%M:%S")
    assert int(two["IngressBytes"]) > 0
    aws.clock.advance(3600)
    (left,) = aws.ec2().describe_client_vpn_connections(ClientVpnEndpointId=TOKYO)["Connections"]
    assert left["CommonName"] == "mika"


def test_nobody_connects_where_nothing_is_associated(aws: Account, ec2: Any) -> None:
    with pytest.raises(Exception, match="no associated network"):
        aws.sandbox.connect("tokyo", "mika")
    associate(ec2)
    with pytest.raises(Exception, match="no associated network"):
        aws.sandbox.connect("tokyo", "mika")


def test_connections_are_terminated_by_id_or_by_user(aws: Account, ec2: Any) -> None:
    associate(ec2)
    aws.clock.advance(10)
    first = aws.sandbox.connect("tokyo", "mika")
    aws.sandbox.connect("tokyo", "ren", username="ren")
    by_id = ec2.terminate_client_vpn_connections(ClientVpnEndpointId=TOKYO, ConnectionId=first)
    assert by_id["ConnectionStatuses"][0]["CurrentStatus"]["Code"] == "terminating"
    ec2.terminate_client_vpn_connections(ClientVpnEndpointId=TOKYO, Username="ren")
    end = ec2.terminate_client_vpn_connections
    refused("InvalidClientVpnConnection.IdNotFound", end, ClientVpnEndpointId=TOKYO, ConnectionId=first)
    refused("InvalidClientVpnConnection.UserNotFound", end, ClientVpnEndpointId=TOKYO, Username="ren")


def test_lists_come_in_pages_that_boto3_walks(aws: Account, ec2: Any) -> None:
    associate(ec2)
    aws.clock.advance(10)
    made = {aws.sandbox.connect("tokyo", f"person-{number}") for number in range(12)}
    first = ec2.describe_client_vpn_connections(ClientVpnEndpointId=TOKYO, MaxResults=5)
    assert len(first["Connections"]) == 5
    pages = ec2.get_paginator("describe_client_vpn_connections").paginate(
        ClientVpnEndpointId=TOKYO, PaginationConfig={"PageSize": 5}
    )
    assert {one["ConnectionId"] for page in pages for one in page["Connections"]} == made
    aws.sandbox.pace.page_size = 7
    assert "NextToken" in ec2.describe_client_vpn_connections(ClientVpnEndpointId=TOKYO), "pages come unasked, too"
    describe = ec2.describe_client_vpn_connections
    refused("InvalidParameterValue", describe, ClientVpnEndpointId=TOKYO, MaxResults=1001)
    refused("InvalidNextToken", describe, ClientVpnEndpointId=TOKYO, NextToken="what")


def test_filters_select_and_unknown_ones_are_refused(aws: Account, ec2: Any) -> None:
    associate(ec2)
    aws.clock.advance(10)
    aws.sandbox.connect("tokyo", "mika", username="mika")
    wanted = aws.sandbox.connect("tokyo", "ren", username="ren")
    found = ec2.describe_client_vpn_connections(
        ClientVpnEndpointId=TOKYO, Filters=[{"Name": "username", "Values": ["r*"]}]
    )
    assert [one["ConnectionId"] for one in found["Connections"]] == [wanted]
    refused(
        "InvalidParameterValue",
        ec2.describe_client_vpn_connections,
        ClientVpnEndpointId=TOKYO,
        Filters=[{"Name": "colour", "Values": ["red"]}],
    )


def test_networks_are_found_by_association_id(ec2: Any) -> None:
    association = associate(ec2)
    describe = ec2.describe_client_vpn_target_networks
    (found,) = describe(ClientVpnEndpointId=TOKYO, AssociationIds=[association])["ClientVpnTargetNetworks"]
    assert (found["AssociationId"], found["VpcId"]) == (association, TOKYO_VPC.id)
    refused(
        "InvalidClientVpnAssociationId.NotFound", describe, ClientVpnEndpointId=TOKYO, AssociationIds=["cvpn-assoc-0"]
    )


def test_the_profile_is_an_openvpn_file(ec2: Any) -> None:
    text = ec2.export_client_vpn_client_configuration(ClientVpnEndpointId=TOKYO)["ClientConfiguration"]
    assert text.startswith("client\n")
    assert f"remote {TOKYO}.prod.clientvpn." in text
    assert "<ca>" in text


def test_authorization_rules_are_added_told_and_revoked(ec2: Any) -> None:
    rule = {"ClientVpnEndpointId": TOKYO, "TargetNetworkCidr": "10.40.0.0/16"}
    ec2.authorize_client_vpn_ingress(**rule, AccessGroupId="lab")
    refused("InvalidClientVpnDuplicateAuthorizationRule", ec2.authorize_client_vpn_ingress, **rule, AccessGroupId="lab")
    told = ec2.describe_client_vpn_authorization_rules(ClientVpnEndpointId=TOKYO)["AuthorizationRules"]
    assert {(one["DestinationCidr"], one["AccessAll"]) for one in told} == {
        ("0.0.0.0/0", True),
        ("10.40.0.0/16", False),
    }
    ec2.revoke_client_vpn_ingress(**rule, AccessGroupId="lab")
    refused(
        "InvalidClientVpnEndpointAuthorizationRuleNotFound",
        ec2.revoke_client_vpn_ingress,
        **rule,
        AccessGroupId="lab",
    )


def test_an_endpoint_can_be_made_used_and_deleted(aws: Account, ec2: Any) -> None:
    made = ec2.create_client_vpn_endpoint(
        ClientCidrBlock="10.200.0.0/22",
        ServerCertificateArn="arn:aws:acm:us-east-1:123456789012:certificate/1",
        AuthenticationOptions=[{"Type": "certificate-authentication"}],
        ConnectionLogOptions={"Enabled": False},
        TagSpecifications=[{"ResourceType": "client-vpn-endpoint", "Tags": [{"Key": "Name", "Value": "oslo"}]}],
    )
    oslo = made["ClientVpnEndpointId"]
    assert made["Status"]["Code"] == "pending-associate"
    first = ec2.associate_client_vpn_target_network(ClientVpnEndpointId=oslo, SubnetId=ONE)
    told = ec2.describe_client_vpn_endpoints(ClientVpnEndpointIds=[oslo])["ClientVpnEndpoints"][0]
    assert (told["VpcId"], told["SecurityGroupIds"]) == (TOKYO_VPC.id, [TOKYO_VPC.default_group])
    assert aws.sandbox.vpn.named("oslo").id == oslo
    refused("OperationNotPermitted", ec2.delete_client_vpn_endpoint, ClientVpnEndpointId=oslo)
    ec2.disassociate_client_vpn_target_network(ClientVpnEndpointId=oslo, AssociationId=first["AssociationId"])
    aws.clock.advance(10)
    ec2.delete_client_vpn_endpoint(ClientVpnEndpointId=oslo)
    assert len(ec2.describe_client_vpn_endpoints()["ClientVpnEndpoints"]) == 2


def test_the_bill_runs_while_something_is_associated_or_connected(aws: Account, ec2: Any) -> None:
    association = associate(ec2)
    aws.clock.advance(6 + 3600)
    aws.sandbox.connect("tokyo", "mika")
    aws.clock.advance(3600)
    disassociate(aws.ec2_of("deskside.vpn"), association)
    aws.clock.advance(3600)
    bill = aws.sandbox.state()["bill"]
    assert bill["usd"] == pytest.approx(2 * 0.15 + 0.05)
    assert bill["endpoints"][TOKYO]["association_hours"] == pytest.approx(2)
    assert bill["endpoints"][PARIS]["usd"] == 0


def test_a_dry_run_changes_nothing(ec2: Any) -> None:
    refused(
        "DryRunOperation",
        ec2.associate_client_vpn_target_network,
        ClientVpnEndpointId=TOKYO,
        SubnetId=ONE,
        DryRun=True,
    )
    assert states(ec2) == {}


def test_somebody_in_the_console_associates_a_free_subnet(aws: Account) -> None:
    aws.sandbox.associate("tokyo")
    aws.sandbox.associate("tokyo")
    assert states(aws.ec2()) == {ONE: "associating", TWO: "associating"}
    with pytest.raises(Exception, match="Every subnet"):
        aws.sandbox.associate("tokyo")
